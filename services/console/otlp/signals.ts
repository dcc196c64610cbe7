import type { DescField, DescMessage } from '@bufbuild/protobuf';
import {
  ExportLogsServiceRequestSchema,
  ExportLogsServiceResponseSchema,
} from './generated/opentelemetry/proto/collector/logs/v1/logs_service_pb';
import {
  ExportMetricsServiceRequestSchema,
  ExportMetricsServiceResponseSchema,
} from './generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb';
import {
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from './generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';
import {
  LogRecordSchema,
  ResourceLogsSchema,
  ScopeLogsSchema,
} from './generated/opentelemetry/proto/logs/v1/logs_pb';
import {
  MetricSchema,
  ResourceMetricsSchema,
  ScopeMetricsSchema,
} from './generated/opentelemetry/proto/metrics/v1/metrics_pb';
import {
  ResourceSpansSchema,
  ScopeSpansSchema,
  SpanSchema,
} from './generated/opentelemetry/proto/trace/v1/trace_pb';

/** The fields that lead from a request to its records, e.g. resourceSpans → scopeSpans → spans. */
export interface RecordPath<Record extends DescMessage> {
  groups: DescField;
  /** Of a group: who sent it. */
  resource: DescField;
  scopes: DescField;
  records: DescField;
  record: Record;
}

export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

export const SPANS: RecordPath<typeof SpanSchema> = {
  groups: ExportTraceServiceRequestSchema.field.resourceSpans,
  resource: ResourceSpansSchema.field.resource,
  scopes: ResourceSpansSchema.field.scopeSpans,
  records: ScopeSpansSchema.field.spans,
  record: SpanSchema,
};

export const METRICS: RecordPath<typeof MetricSchema> = {
  groups: ExportMetricsServiceRequestSchema.field.resourceMetrics,
  resource: ResourceMetricsSchema.field.resource,
  scopes: ResourceMetricsSchema.field.scopeMetrics,
  records: ScopeMetricsSchema.field.metrics,
  record: MetricSchema,
};

export const LOGS: RecordPath<typeof LogRecordSchema> = {
  groups: ExportLogsServiceRequestSchema.field.resourceLogs,
  resource: ResourceLogsSchema.field.resource,
  scopes: ResourceLogsSchema.field.scopeLogs,
  records: ScopeLogsSchema.field.logRecords,
  record: LogRecordSchema,
};

/** By signal: what is sent, what is answered, and what the records are called that were not taken. */
export const EXPORTS = {
  traces: {
    request: ExportTraceServiceRequestSchema,
    response: ExportTraceServiceResponseSchema,
    rejected: 'rejectedSpans',
  },
  metrics: {
    request: ExportMetricsServiceRequestSchema,
    response: ExportMetricsServiceResponseSchema,
    rejected: 'rejectedDataPoints',
  },
  logs: {
    request: ExportLogsServiceRequestSchema,
    response: ExportLogsServiceResponseSchema,
    rejected: 'rejectedLogRecords',
  },
} as const;
