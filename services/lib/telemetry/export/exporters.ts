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

const HEADERS = { 'Content-Type': 'application/x-protobuf' };

/** Sends spans as OTLP/HTTP, in protobuf, to where OTEL_EXPORTER_OTLP_… says. */
export function spanExporter(): OTLPExporterBase<ReadableSpan[]> {
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the exporters' own way to read OTEL_EXPORTER_OTLP_…
      convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', HEADERS),
      withDoubles(ProtobufTraceSerializer, SPAN_ATTRIBUTES),
      'otlp_http_span_exporter',
      TraceExporterMetricsHelper,
      undefined,
    ),
  );
}

/** Sends spans that are OTLP's JSON already, likewise. */
export function jsonTraceExporter<T extends object>(): OTLPExporterBase<T> {
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate<T, unknown>(
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the exporters' own way to read OTEL_EXPORTER_OTLP_…
      convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': 'application/json' }),
      {
        serializeRequest: (request) => Buffer.from(JSON.stringify(request)),
        deserializeResponse: () => ({}),
      },
      'otlp_http_json_span_exporter',
      { name: 'span', countItems: () => 1 },
      undefined,
    ),
  );
}

/** Sends log records likewise. */
export function logExporter(): OTLPExporterBase<ReadableLogRecord[]> {
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the exporters' own way to read OTEL_EXPORTER_OTLP_…
      convertLegacyHttpOptions({}, 'LOGS', 'v1/logs', HEADERS),
      withDoubles(ProtobufLogsSerializer, LOG_ATTRIBUTES),
      'otlp_http_log_exporter',
      LogsExporterMetricsHelper,
      undefined,
    ),
  );
}
