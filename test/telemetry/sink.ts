import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { fromBinary, fromJson, toJson, type JsonValue } from '@bufbuild/protobuf';
import { ExportLogsServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb';
import { ExportMetricsServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb';
import { ExportTraceServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';

/** What a request to each path holds. */
export const SCHEMAS = {
  '/v1/traces': ExportTraceServiceRequestSchema,
  '/v1/metrics': ExportMetricsServiceRequestSchema,
  '/v1/logs': ExportLogsServiceRequestSchema,
} as const;

/** One attribute as OTLP's JSON has it. */
export interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
/** Whatever has attributes. */
export interface Described {
  attributes: KeyValue[];
}
export interface Scope {
  name: string;
  version?: string;
}
export interface EmittedSpan extends Described {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** SPAN_KIND_… */
  kind: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status?: { code?: string; message?: string };
  events?: (Described & { name: string })[];
  links?: Described[];
}
/** A point of whichever kind of metric; numbers of 64 bits are texts. */
export interface Point extends Described {
  timeUnixNano: string;
  bucketCounts?: string[];
  explicitBounds?: number[];
  asInt?: string;
  asDouble?: number;
  /** Of a histogram. */
  sum?: number;
  count?: string;
}
export interface EmittedMetric {
  name: string;
  unit: string;
  description: string;
  gauge?: { dataPoints: Point[] };
  sum?: { dataPoints: Point[]; isMonotonic?: boolean };
  histogram?: { dataPoints: Point[] };
}
export interface EmittedLog extends Described {
  eventName?: string;
  severityText: string;
  /** SEVERITY_NUMBER_… */
  severityNumber?: string;
  body: { stringValue?: string };
}
/** A record with the scope and the resource it came under. */
export interface Sent<Record_> {
  record: Record_;
  scope: Scope;
  resource: Described;
}
/** All that was sent. */
export interface Sending {
  spans: Sent<EmittedSpan>[];
  metrics: Sent<EmittedMetric>[];
  logs: Sent<EmittedLog>[];
}

interface Exports {
  resourceSpans?: { resource: Described; scopeSpans: { scope: Scope; spans: EmittedSpan[] }[] }[] | undefined;
  resourceMetrics?:
    { resource: Described; scopeMetrics: { scope: Scope; metrics: EmittedMetric[] }[] }[] | undefined;
  resourceLogs?:
    { resource: Described; scopeLogs: { scope: Scope; logRecords: EmittedLog[] }[] }[] | undefined;
}

/** The value as JavaScript has it: integers of 64 bits are texts in OTLP's JSON. */
export function valueOf({ value }: KeyValue): unknown {
  return 'intValue' in value ? Number(value.intValue) : Object.values(value)[0];
}

/** Attributes as an object: `{'order.total': 12}`. */
export function attributesOf({ attributes = [] }: Partial<Described>): Record<string, unknown> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.key, valueOf(attribute)]));
}

/** An OTLP/HTTP end point on loopback that takes everything, JSON and protobuf, and keeps it. */
export class Sink {
  private readonly exports: Exports[] = [];

  private constructor(
    private readonly server: Server,
    private readonly service: string | null,
  ) {}

  /** Opens one. @param port 0: a free one @param service whose telemetry is kept; null: everybody's */
  static async open(port = 0, service: string | null = null): Promise<Sink> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        sink.take(request, Buffer.concat(parts));
        const type = request.headers['content-type'] ?? 'application/x-protobuf';
        response.setHeader('content-type', type).end(type === 'application/json' ? '{}' : '');
      });
    });
    const sink = new Sink(server, service);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Forgets what came until now. */
  clear(): void {
    this.exports.length = 0;
  }

  /** What came until now, record by record. */
  received(): Sending {
    const sent = <Record_>(resource: Described, scope: Scope, records: Record_[]): Sent<Record_>[] =>
      records.map((record) => ({ record, scope, resource }));
    return {
      spans: this.exports.flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ resource, scopeSpans }) =>
          scopeSpans.flatMap(({ scope, spans }) => sent(resource, scope, spans)),
        ),
      ),
      metrics: this.exports.flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
          scopeMetrics.flatMap(({ scope, metrics }) => sent(resource, scope, metrics)),
        ),
      ),
      logs: this.exports.flatMap(({ resourceLogs = [] }) =>
        resourceLogs.flatMap(({ resource, scopeLogs }) =>
          scopeLogs.flatMap(({ scope, logRecords }) => sent(resource, scope, logRecords)),
        ),
      ),
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(request: IncomingMessage, body: Buffer): void {
    const schema = SCHEMAS[(request.url ?? '') as keyof typeof SCHEMAS];
    const content = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    // Through the schema both ways, so that JSON too has every number and name in the one form.
    const message =
      request.headers['content-type'] === 'application/json'
        ? fromJson(schema, JSON.parse(content.toString('utf8')) as JsonValue)
        : fromBinary(schema, content);
    const all = toJson(schema, message) as Exports;
    const isKept = ({ resource }: { resource: Described }): boolean =>
      this.service === null || attributesOf(resource)['service.name'] === this.service;
    this.exports.push({
      resourceSpans: all.resourceSpans?.filter(isKept),
      resourceMetrics: all.resourceMetrics?.filter(isKept),
      resourceLogs: all.resourceLogs?.filter(isKept),
    });
  }
}
