import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { ExportMetricsServiceRequestSchema } from '../services/console/otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb';
import { ExportTraceServiceRequestSchema } from '../services/console/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
interface Attributed {
  attributes?: KeyValue[];
}
export interface SinkSpan extends Attributed {
  name: string;
  kind: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status?: { code?: string };
}
export interface SinkPoint extends Attributed {
  timeUnixNano: string;
  count?: string;
  bucketCounts?: string[];
  explicitBounds?: number[];
}
interface SinkMetric {
  name: string;
  histogram?: { dataPoints: SinkPoint[] };
}
interface Batch {
  resourceSpans?: { resource?: Attributed; scopeSpans: { spans: SinkSpan[] }[] }[];
  resourceMetrics?: { resource?: Attributed; scopeMetrics: { metrics: SinkMetric[] }[] }[];
}

/** An attribute's value as text; undefined without it. */
export function attribute({ attributes = [] }: Attributed, key: string): string | undefined {
  const value = attributes.find((candidate) => candidate.key === key)?.value;
  return value === undefined ? undefined : String(Object.values(value)[0]);
}

/** An OTLP/HTTP end point that hands over what one service sends; protobuf, gzip or not. */
export class OtlpSink {
  private readonly server: Server;

  /**
   * @param service whose telemetry counts
   * @param onSpan called with each of its spans
   * @param onPoint called with each point of its histograms
   */
  constructor(
    private readonly service: string,
    private readonly onSpan: (span: SinkSpan) => void,
    private readonly onPoint: (metric: string, point: SinkPoint) => void,
  ) {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts);
        this.take(
          request.url ?? '',
          request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
        );
        response.setHeader('content-type', 'application/x-protobuf').end();
      });
    });
  }

  /** Listens. Resolves with the base URL. @param port 0: a free one */
  async listen(port: number): Promise<string> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private take(path: string, body: Uint8Array): void {
    const ours = (resource: Attributed = {}): boolean => attribute(resource, 'service.name') === this.service;
    if (path === '/v1/traces') {
      const { resourceSpans = [] } = toJson(
        ExportTraceServiceRequestSchema,
        fromBinary(ExportTraceServiceRequestSchema, body),
      ) as unknown as Batch;
      for (const { resource, scopeSpans } of resourceSpans)
        if (ours(resource)) for (const { spans } of scopeSpans) spans.forEach(this.onSpan);
    }
    if (path === '/v1/metrics') {
      const { resourceMetrics = [] } = toJson(
        ExportMetricsServiceRequestSchema,
        fromBinary(ExportMetricsServiceRequestSchema, body),
      ) as unknown as Batch;
      for (const { resource, scopeMetrics } of resourceMetrics) {
        if (!ours(resource)) continue;
        for (const { name, histogram } of scopeMetrics.flatMap(({ metrics }) => metrics))
          for (const point of histogram?.dataPoints ?? []) this.onPoint(name, point);
      }
    }
  }
}
