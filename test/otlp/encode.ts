import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { ExportLogsServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb';
import { ExportMetricsServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb';
import { ExportTraceServiceRequestSchema } from '../../services/console/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';

const REQUESTS = {
  traces: ExportTraceServiceRequestSchema,
  metrics: ExportMetricsServiceRequestSchema,
  logs: ExportLogsServiceRequestSchema,
};

/** A request in OTLP's JSON as protobuf. */
export function encodeRequest(signal: keyof typeof REQUESTS, request: object): Buffer {
  const schema = REQUESTS[signal];
  return Buffer.from(toBinary(schema, fromJson(schema, withBase64Ids(request as JsonValue))));
}

/** OTLP's JSON writes ids in hex, protobuf's in base64. */
function withBase64Ids(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withBase64Ids);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && ['traceId', 'spanId', 'parentSpanId'].includes(key)
        ? Buffer.from(each, 'hex').toString('base64')
        : withBase64Ids(each),
    ]),
  );
}
