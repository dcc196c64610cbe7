import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { repositoryDir, until } from '../harness';
import { closedPort } from '../mocks/servers';
import { attributesOf, SCHEMAS, type Sending, type Sent } from './sink';

/** Its settings lie there; see telemetry/.weaver.toml. */
const FOLDER = path.join(repositoryDir, 'telemetry');
const REGISTRY = ['--registry', 'registry'];
/** Of records that are alike it sees this many: it takes a millisecond for each attribute. */
const ALIKE = 3;

/** OpenTelemetry's judge (https://github.com/open-telemetry/weaver), where it is installed; null elsewhere. */
export function weaver(): string | null {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, 'weaver')).find((file) => existsSync(file)) ?? null;
}

/** `weaver registry check`. @throws Error with what it says, if the registry is not good */
export async function checkRegistry(): Promise<void> {
  await promisify(execFile)(weaver() ?? 'weaver', ['registry', 'check', '--future', ...REGISTRY], {
    cwd: FOLDER,
  });
}

/** Sends samples of all records to `weaver registry live-check` by OTLP. @returns its violations */
export async function liveCheck(sending: Sending): Promise<string[]> {
  const [grpc, admin] = [await closedPort(), await closedPort()];
  const child = spawn(
    weaver() ?? 'weaver',
    [
      ...['registry', 'live-check', ...REGISTRY, '--output', 'http', '--format', 'json', '--no-stream'],
      ...['--otlp-grpc-address', '127.0.0.1', '--otlp-grpc-port', String(grpc)],
      ...['--admin-port', String(admin), '--inactivity-timeout', '120'],
    ],
    { cwd: FOLDER, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (output += part.toString('utf8')));
  // It takes no compression, which the shop's own sender always uses.
  const client = new Client(`127.0.0.1:${String(grpc)}`, credentials.createInsecure());
  try {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`weaver ended:\n${output}`);
        return output.includes('OTLP receiver');
      },
      60_000,
      () => `weaver to listen:\n${output}`,
    );
    for (const batch of batchesOf(sending)) await exportTo(client, batch);
    const stopped = await fetch(`http://127.0.0.1:${String(admin)}/stop`, { method: 'POST' });
    return violationsIn(await stopped.json());
  } finally {
    client.close();
    child.kill();
  }
}

interface Batch {
  /** Name of OTLP's service for it. */
  service: 'trace' | 'metrics' | 'logs';
  message: Uint8Array;
}

/** One OTLP/gRPC request. @throws Error if it is not taken */
function exportTo(client: Client, { service, message }: Batch): Promise<void> {
  const name = `${service.charAt(0).toUpperCase()}${service.slice(1)}Service`;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      `/opentelemetry.proto.collector.${service}.v1.${name}/Export`,
      (request: Uint8Array) => Buffer.from(request),
      () => undefined,
      message,
      { deadline: Date.now() + 120_000 },
      (error) => {
        if (error) reject(error);
        else resolve();
      },
    );
  });
}

function batchesOf({ spans, metrics, logs }: Sending): Batch[] {
  const of = <Record_>(
    route: keyof typeof SCHEMAS,
    records: readonly Sent<Record_>[],
    keyOf: (sent: Sent<Record_>) => string,
    wrap: (sent: Sent<Record_>) => object,
  ): Batch => {
    const { field, service } = SIGNALS[route];
    const json = { [field]: samplesOf(records, keyOf).map(wrap) };
    const schema = SCHEMAS[route];
    return { service, message: toBinary(schema, fromJson(schema, json as JsonValue)) };
  };
  const from = ({ resource }: { resource: Parameters<typeof attributesOf>[0] }): string =>
    String(attributesOf(resource)['service.name']);
  return [
    of(
      '/v1/traces',
      spans,
      (sent) => `${from(sent)} ${sent.record.name} ${sent.record.status?.code ?? ''}`,
      ({ record, scope, resource }) => ({ resource, scopeSpans: [{ scope, spans: [record] }] }),
    ),
    of(
      '/v1/metrics',
      metrics,
      (sent) => `${from(sent)} ${sent.record.name}`,
      ({ record, scope, resource }) => ({ resource, scopeMetrics: [{ scope, metrics: [record] }] }),
    ),
    of(
      '/v1/logs',
      logs,
      (sent) => `${from(sent)} ${sent.record.eventName ?? sent.record.body.stringValue ?? ''}`,
      ({ record, scope, resource }) => ({ resource, scopeLogs: [{ scope, logRecords: [record] }] }),
    ),
  ];
}

const SIGNALS = {
  '/v1/traces': { field: 'resourceSpans', service: 'trace' },
  '/v1/metrics': { field: 'resourceMetrics', service: 'metrics' },
  '/v1/logs': { field: 'resourceLogs', service: 'logs' },
} as const;

/** The last of those that are alike: the first ones of a metric have few points. */
function samplesOf<T>(records: readonly T[], keyOf: (record: T) => string): T[] {
  const seen = new Map<string, number>();
  return records.toReversed().filter((record) => {
    const key = keyOf(record);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count <= ALIKE;
  });
}

/** Its report is a tree of samples, each with what it found. */
function violationsIn(report: unknown): string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { level, message } = node as { level?: unknown; message?: unknown };
    if (level === 'violation') found.add(String(message));
    for (const child of Object.values(node)) visit(child);
  };
  visit(report);
  return [...found];
}
