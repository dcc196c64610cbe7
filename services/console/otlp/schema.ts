/**
 * The parts of opentelemetry-proto v1 the console reads, as data: field number → name and type. Fields that are not
 * listed (trace_state, flags, bucket counts, …) are skipped. Names are those of OTLP/JSON, so that a decoded
 * protobuf message and a parsed JSON message look alike and are read by the same code.
 *
 * Source: https://github.com/open-telemetry/opentelemetry-proto, `opentelemetry/proto/**\/v1/*.proto`.
 */

export type ScalarType =
  | 'string'
  | 'bool'
  | 'double'
  | 'enum'
  | 'uint32'
  | 'int64'
  | 'fixed64'
  | 'sfixed64'
  | 'bytes'
  /** bytes that OTLP/JSON writes in hex: trace and span ids. */
  | 'id';

export interface Field {
  name: string;
  type: ScalarType | (() => Schema);
  /** Most elements kept of a repeated field: what a hostile message may cost is bounded. */
  repeated?: number;
  /** The embedded message is not decoded, only located: its reader decodes one at a time. */
  lazy?: boolean;
}

export interface Schema {
  name: string;
  fields: Readonly<Record<number, Field>>;
}

const MAX_ATTRIBUTES = 128;
/** Elements of one lazy list; one request's total is bounded by its reader. */
const MAX_LIST = 20_000;
const attributes: Field = { name: 'attributes', type: () => KEY_VALUE, repeated: MAX_ATTRIBUTES };

export const ANY_VALUE: Schema = {
  name: 'AnyValue',
  fields: {
    1: { name: 'stringValue', type: 'string' },
    2: { name: 'boolValue', type: 'bool' },
    3: { name: 'intValue', type: 'int64' },
    4: { name: 'doubleValue', type: 'double' },
    5: { name: 'arrayValue', type: () => ARRAY_VALUE },
    6: { name: 'kvlistValue', type: () => KEY_VALUE_LIST },
    7: { name: 'bytesValue', type: 'bytes' },
  },
};
export const ARRAY_VALUE: Schema = {
  name: 'ArrayValue',
  fields: { 1: { name: 'values', type: () => ANY_VALUE, repeated: MAX_ATTRIBUTES } },
};
export const KEY_VALUE_LIST: Schema = {
  name: 'KeyValueList',
  fields: { 1: { name: 'values', type: () => KEY_VALUE, repeated: MAX_ATTRIBUTES } },
};
export const KEY_VALUE: Schema = {
  name: 'KeyValue',
  fields: { 1: { name: 'key', type: 'string' }, 2: { name: 'value', type: () => ANY_VALUE } },
};
export const RESOURCE: Schema = { name: 'Resource', fields: { 1: attributes } };

export const STATUS: Schema = {
  name: 'Status',
  fields: { 2: { name: 'message', type: 'string' }, 3: { name: 'code', type: 'enum' } },
};
export const EVENT: Schema = {
  name: 'Event',
  fields: {
    1: { name: 'timeUnixNano', type: 'fixed64' },
    2: { name: 'name', type: 'string' },
    3: attributes,
  },
};
export const LINK: Schema = {
  name: 'Link',
  fields: { 1: { name: 'traceId', type: 'id' }, 2: { name: 'spanId', type: 'id' }, 4: attributes },
};
export const SPAN: Schema = {
  name: 'Span',
  fields: {
    1: { name: 'traceId', type: 'id' },
    2: { name: 'spanId', type: 'id' },
    4: { name: 'parentSpanId', type: 'id' },
    5: { name: 'name', type: 'string' },
    6: { name: 'kind', type: 'enum' },
    7: { name: 'startTimeUnixNano', type: 'fixed64' },
    8: { name: 'endTimeUnixNano', type: 'fixed64' },
    9: attributes,
    11: { name: 'events', type: () => EVENT, repeated: 32 },
    13: { name: 'links', type: () => LINK, repeated: 64 },
    15: { name: 'status', type: () => STATUS },
  },
};
export const SCOPE_SPANS: Schema = {
  name: 'ScopeSpans',
  fields: { 2: { name: 'spans', type: () => SPAN, repeated: MAX_LIST, lazy: true } },
};
export const RESOURCE_SPANS: Schema = {
  name: 'ResourceSpans',
  fields: {
    1: { name: 'resource', type: () => RESOURCE },
    2: { name: 'scopeSpans', type: () => SCOPE_SPANS, repeated: MAX_LIST, lazy: true },
  },
};
export const TRACES_REQUEST: Schema = {
  name: 'ExportTraceServiceRequest',
  fields: { 1: { name: 'resourceSpans', type: () => RESOURCE_SPANS, repeated: MAX_LIST, lazy: true } },
};

export const NUMBER_POINT: Schema = {
  name: 'NumberDataPoint',
  fields: {
    3: { name: 'timeUnixNano', type: 'fixed64' },
    4: { name: 'asDouble', type: 'double' },
    6: { name: 'asInt', type: 'sfixed64' },
    7: attributes,
  },
};
export const HISTOGRAM_POINT: Schema = {
  name: 'HistogramDataPoint',
  fields: {
    3: { name: 'timeUnixNano', type: 'fixed64' },
    4: { name: 'count', type: 'fixed64' },
    5: { name: 'sum', type: 'double' },
    9: attributes,
  },
};
const numberPoints: Field = { name: 'dataPoints', type: () => NUMBER_POINT, repeated: 1000 };
const temporality: Field = { name: 'aggregationTemporality', type: 'enum' };
export const GAUGE: Schema = { name: 'Gauge', fields: { 1: numberPoints } };
export const SUM: Schema = {
  name: 'Sum',
  fields: { 1: numberPoints, 2: temporality, 3: { name: 'isMonotonic', type: 'bool' } },
};
export const HISTOGRAM: Schema = {
  name: 'Histogram',
  fields: { 1: { name: 'dataPoints', type: () => HISTOGRAM_POINT, repeated: 1000 }, 2: temporality },
};
export const METRIC: Schema = {
  name: 'Metric',
  fields: {
    1: { name: 'name', type: 'string' },
    3: { name: 'unit', type: 'string' },
    5: { name: 'gauge', type: () => GAUGE },
    7: { name: 'sum', type: () => SUM },
    9: { name: 'histogram', type: () => HISTOGRAM },
  },
};
export const SCOPE_METRICS: Schema = {
  name: 'ScopeMetrics',
  fields: { 2: { name: 'metrics', type: () => METRIC, repeated: MAX_LIST, lazy: true } },
};
export const RESOURCE_METRICS: Schema = {
  name: 'ResourceMetrics',
  fields: {
    1: { name: 'resource', type: () => RESOURCE },
    2: { name: 'scopeMetrics', type: () => SCOPE_METRICS, repeated: MAX_LIST, lazy: true },
  },
};
export const METRICS_REQUEST: Schema = {
  name: 'ExportMetricsServiceRequest',
  fields: { 1: { name: 'resourceMetrics', type: () => RESOURCE_METRICS, repeated: MAX_LIST, lazy: true } },
};

export const LOG_RECORD: Schema = {
  name: 'LogRecord',
  fields: {
    1: { name: 'timeUnixNano', type: 'fixed64' },
    2: { name: 'severityNumber', type: 'enum' },
    3: { name: 'severityText', type: 'string' },
    5: { name: 'body', type: () => ANY_VALUE },
    6: attributes,
    9: { name: 'traceId', type: 'id' },
    10: { name: 'spanId', type: 'id' },
    11: { name: 'observedTimeUnixNano', type: 'fixed64' },
    12: { name: 'eventName', type: 'string' },
  },
};
export const SCOPE_LOGS: Schema = {
  name: 'ScopeLogs',
  fields: { 2: { name: 'logRecords', type: () => LOG_RECORD, repeated: MAX_LIST, lazy: true } },
};
export const RESOURCE_LOGS: Schema = {
  name: 'ResourceLogs',
  fields: {
    1: { name: 'resource', type: () => RESOURCE },
    2: { name: 'scopeLogs', type: () => SCOPE_LOGS, repeated: MAX_LIST, lazy: true },
  },
};
export const LOGS_REQUEST: Schema = {
  name: 'ExportLogsServiceRequest',
  fields: { 1: { name: 'resourceLogs', type: () => RESOURCE_LOGS, repeated: MAX_LIST, lazy: true } },
};
