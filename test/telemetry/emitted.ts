import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { ExportLogsServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb';
import { ExportMetricsServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb';
import { ExportTraceServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';

const SCHEMAS = {
  '/v1/traces': ExportTraceServiceRequestSchema,
  '/v1/metrics': ExportMetricsServiceRequestSchema,
  '/v1/logs': ExportLogsServiceRequestSchema,
} as const;

/** One attribute as OTLP's JSON has it. */
export interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
interface Exports {
  resourceSpans?: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { scope: Scope; spans: EmittedSpan[] }[];
  }[];
  resourceMetrics?: { scopeMetrics: { scope: Scope; metrics: EmittedMetric[] }[] }[];
  resourceLogs?: { scopeLogs: { scope: Scope; logRecords: EmittedLog[] }[] }[];
}
export interface Scope {
  name: string;
  version?: string;
}
export interface EmittedSpan {
  name: string;
  /** SPAN_KIND_… */
  kind: string;
  attributes: KeyValue[];
  status: { code?: number };
}
export interface EmittedMetric {
  name: string;
  unit: string;
  description: string;
  histogram?: { dataPoints: { attributes: KeyValue[]; explicitBounds: number[] }[] };
}
export interface EmittedLog {
  eventName?: string;
  severityText: string;
  body: { stringValue?: string };
  attributes: KeyValue[];
}
export interface Emitted {
  resource: Record<string, unknown>;
  scopes: Scope[];
  spans: EmittedSpan[];
  metrics: EmittedMetric[];
  logs: EmittedLog[];
}

/** Attributes as an object, each with the kind of its value: `{'order.total': {doubleValue: 12}}`. */
export function attributesOf({ attributes }: { attributes: KeyValue[] }): Record<string, unknown> {
  return Object.fromEntries(
    // Integers of 64 bits are texts in JSON.
    attributes.map(({ key, value }) => [
      key,
      'intValue' in value ? Number(value.intValue) : Object.values(value)[0],
    ]),
  );
}

const LIB = path.resolve(__dirname, '..', '..', 'services', 'lib');

/**
 * Runs a program in a process of its own with the telemetry bootstrap, as a service runs, and returns all that it
 * sends. `lib('server')` in it requires a file of services/lib; it ends by itself, and its telemetry is flushed then.
 */
export async function emittedBy(program: string, environment: Record<string, string> = {}): Promise<Emitted> {
  const received: Exports[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const schema = SCHEMAS[(request.url ?? '') as keyof typeof SCHEMAS];
      received.push(toJson(schema, fromBinary(schema, Buffer.concat(parts))) as Exports);
      response.setHeader('content-type', 'application/x-protobuf').end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bootstrap = path.join(LIB, 'telemetry', 'bootstrap.js');
  const whole = `
    const lib = (name) => require(${JSON.stringify(LIB)} + '/' + name);
    (async () => { ${program} })()
      .then(() => lib('telemetry/bootstrap').shutdownTelemetry())
      .then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });`;
  try {
    await promisify(execFile)(process.execPath, ['--require', bootstrap, '-e', whole], {
      cwd: __dirname,
      env: {
        PATH: process.env.PATH,
        SERVICE: 'cart',
        LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
        ...environment,
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const spans = received.flatMap(({ resourceSpans = [] }) => resourceSpans);
  const metrics = received.flatMap(({ resourceMetrics = [] }) => resourceMetrics);
  const logs = received.flatMap(({ resourceLogs = [] }) => resourceLogs);
  const scopes = [
    ...spans.flatMap(({ scopeSpans }) => scopeSpans),
    ...metrics.flatMap(({ scopeMetrics }) => scopeMetrics),
    ...logs.flatMap(({ scopeLogs }) => scopeLogs),
  ];
  return {
    resource: attributesOf(spans[0]?.resource ?? { attributes: [] }),
    scopes: scopes.map(({ scope }) => scope),
    spans: spans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    metrics: metrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
    logs: logs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords)),
  };
}

/** A service on a free port of its own, with the routes given as the body of a function of `router`; `url` is its. */
export function withService(routes: string, then: string): string {
  return `
    const net = require('node:net');
    const port = await new Promise((resolve) => {
      const probe = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
      });
    });
    process.env.PORT = String(port);
    process.env.HOST = '127.0.0.1';
    const url = 'http://127.0.0.1:' + port;
    const { HttpError } = lib('errors');
    await lib('server').runService({ name: process.env.SERVICE, routes: (router) => { ${routes} } });
    ${then}`;
}
