import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { grpcSender } from '../../services/console/otlp/forwarder/grpc-sender';
import { repositoryDir, until } from '../harness';
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
  const [grpc, admin] = [await freePort(), await freePort()];
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
  const sender = grpcSender({ endpoint: `http://127.0.0.1:${String(grpc)}`, headers: {}, ca: null });
  try {
    for (const batch of batchesOf(sending)) {
      await until(
        async () => {
          if (child.exitCode !== null) throw new Error(`weaver ended:\n${output}`);
          return (await sender.send(batch)).kind === 'taken';
        },
        60_000,
        () => `weaver to take ${batch.signal}:\n${output}`,
      );
    }
    const stopped = await fetch(`http://127.0.0.1:${String(admin)}/stop`, { method: 'POST' });
    return violationsIn(await stopped.json());
  } finally {
    await sender.close();
    child.kill();
  }
}

function batchesOf({ spans, metrics, logs }: Sending): { signal: Signal; gzipped: Buffer }[] {
  const of = <Record_>(
    signal: Signal,
    records: readonly Sent<Record_>[],
    keyOf: (sent: Sent<Record_>) => string,
    wrap: (sent: Sent<Record_>) => object,
  ) => {
    const schema = SCHEMAS[`/v1/${signal}`];
    const field = { traces: 'resourceSpans', metrics: 'resourceMetrics', logs: 'resourceLogs' }[signal];
    const json = { [field]: samplesOf(records, keyOf).map(wrap) };
    return { signal, gzipped: gzipSync(toBinary(schema, fromJson(schema, json as JsonValue))) };
  };
  const from = ({ resource }: { resource: Parameters<typeof attributesOf>[0] }): string =>
    String(attributesOf(resource)['service.name']);
  return [
    of(
      'traces',
      spans,
      (sent) => `${from(sent)} ${sent.record.name} ${sent.record.status?.code ?? ''}`,
      ({ record, scope, resource }) => ({ resource, scopeSpans: [{ scope, spans: [record] }] }),
    ),
    of(
      'metrics',
      metrics,
      (sent) => `${from(sent)} ${sent.record.name}`,
      ({ record, scope, resource }) => ({ resource, scopeMetrics: [{ scope, metrics: [record] }] }),
    ),
    of(
      'logs',
      logs,
      (sent) => `${from(sent)} ${sent.record.eventName ?? sent.record.body.stringValue ?? ''}`,
      ({ record, scope, resource }) => ({ resource, scopeLogs: [{ scope, logRecords: [record] }] }),
    ),
  ];
}

type Signal = 'traces' | 'metrics' | 'logs';

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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
