import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
  LogsExporterMetricsHelper,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { LOG_ATTRIBUTES, SPAN_ATTRIBUTES, withDoubles } from './doubles';

const PROTOBUF = 'application/x-protobuf';

type Delegate<Item, Answer> = Parameters<typeof createOtlpHttpExportDelegate<Item, Answer>>;

/** Sends as OTLP/HTTP to where OTEL_EXPORTER_OTLP_… says. */
function exporter<Item, Answer>(
  signal: 'traces' | 'logs',
  contentType: string,
  serializer: Delegate<Item, Answer>[1],
  component: Delegate<Item, Answer>[2],
  helper: Delegate<Item, Answer>[3],
): OTLPExporterBase<Item> {
  const headers = { 'Content-Type': contentType };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the exporters' own way to read OTEL_EXPORTER_OTLP_…
  const options = convertLegacyHttpOptions({}, signal.toUpperCase(), `v1/${signal}`, headers);
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(options, serializer, component, helper, undefined),
  );
}

/** Sends spans, in protobuf. */
export function spanExporter(): OTLPExporterBase<ReadableSpan[]> {
  const serializer = withDoubles(ProtobufTraceSerializer, SPAN_ATTRIBUTES);
  return exporter('traces', PROTOBUF, serializer, 'otlp_http_span_exporter', TraceExporterMetricsHelper);
}

/** Sends spans that are OTLP's JSON already. */
export function jsonTraceExporter<T extends object>(): OTLPExporterBase<T> {
  return exporter<T, unknown>(
    'traces',
    'application/json',
    {
      serializeRequest: (request) => Buffer.from(JSON.stringify(request)),
      deserializeResponse: () => ({}),
    },
    'otlp_http_json_span_exporter',
    { name: 'span', countItems: () => 1 },
  );
}

/** Sends log records, in protobuf. */
export function logExporter(): OTLPExporterBase<ReadableLogRecord[]> {
  const serializer = withDoubles(ProtobufLogsSerializer, LOG_ATTRIBUTES);
  return exporter('logs', PROTOBUF, serializer, 'otlp_http_log_exporter', LogsExporterMetricsHelper);
}
