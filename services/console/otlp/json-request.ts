import {
  enumFromJson,
  fromJson,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonValue,
} from '@bufbuild/protobuf';
import {
  AggregationTemporalitySchema,
  HistogramDataPointSchema,
  MetricSchema,
  NumberDataPointSchema,
} from './generated/opentelemetry/proto/metrics/v1/metrics_pb';
import { ResourceSchema } from './generated/opentelemetry/proto/resource/v1/resource_pb';
import {
  Span_SpanKindSchema,
  Status_StatusCodeSchema,
} from './generated/opentelemetry/proto/trace/v1/trace_pb';
import { decoding, MalformedTelemetry } from './malformed';
import type { OpenRequest, RecordGroup } from './request';
import type { RecordPath } from './signals';
import { messageOf } from '../../lib/errors';

type JsonObject = Record<string, JsonValue>;

/** Objects and arrays in a JSON body: a body of `[],[],[],…` would cost twenty times its size. */
const MAX_NODES = 250_000;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
/** OTLP's JSON is that of protobuf, but for ids, which are written in hexadecimal digits. */
const IDS = ['traceId', 'spanId', 'parentSpanId'] as const;
const DECODING = { ignoreUnknownFields: true };

/**
 * Takes a request in JSON apart.
 * @throws MalformedTelemetry where the way to its records is broken
 */
export function openJson<Record extends DescMessage>(
  body: Buffer,
  path: RecordPath<Record>,
): OpenRequest<Record, JsonValue> {
  const request = objectOf(parse(body), 'body');
  const scopes: { scope: JsonObject; records: JsonValue[] }[] = [];
  const groups = listOf(request, path.groups).map((value): RecordGroup<JsonValue> => {
    const group = objectOf(value, path.groups.jsonName);
    const ofGroup = listOf(group, path.scopes).map((each) => {
      const scope = objectOf(each, path.scopes.jsonName);
      return { scope, records: listOf(scope, path.records) };
    });
    scopes.push(...ofGroup);
    return {
      resource: () => decoding(() => fromJson(ResourceSchema, group[path.resource.jsonName] ?? {}, DECODING)),
      records: ofGroup.flatMap(({ records }) => records),
    };
  });
  return {
    groups,
    traceIdOf: (json) =>
      isObject(json) && typeof json.traceId === 'string' ? json.traceId.toLowerCase() : null,
    has: (json, { key, text }) =>
      isObject(json) &&
      Array.isArray(json.attributes) &&
      json.attributes.some(
        (each) =>
          isObject(each) && each.key === key && isObject(each.value) && each.value.stringValue === text,
      ),
    decode: (json, reject) =>
      decoding(() => {
        const prepared = prepare(json);
        try {
          return fromJson(path.record, prepared, DECODING);
        } catch (error) {
          if (!isObject(json) || !isObject(prepared) || !dropBadPoints(json, prepared, reject)) throw error;
          return fromJson(path.record, prepared, DECODING);
        }
      }),
    without: (rejected) => {
      for (const { scope, records } of scopes) {
        scope[path.records.jsonName] = records.filter((record) => !rejected.has(record));
      }
      try {
        return Buffer.from(JSON.stringify(request));
      } catch {
        // The parser knows no depth, the writer does.
        return null;
      }
    },
  };
}

function parse(body: Buffer): JsonValue {
  let nodes = 0;
  // By index: the iterator of a buffer is several times slower, and this runs over all that arrives.
  // eslint-disable-next-line @typescript-eslint/prefer-for-of
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) nodes += 1;
  }
  if (nodes > MAX_NODES) {
    throw new MalformedTelemetry(`more than ${MAX_NODES} objects in a body: send smaller batches`);
  }
  return decoding(() => JSON.parse(body.toString('utf8')) as JsonValue);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: JsonValue, where: string): JsonObject {
  if (isObject(value)) return value;
  throw new MalformedTelemetry(`${where}: expected an object`);
}

function listOf(message: JsonObject, { jsonName }: DescField): JsonValue[] {
  const value = message[jsonName] ?? [];
  if (Array.isArray(value)) return value;
  throw new MalformedTelemetry(`${jsonName}: expected an array`);
}

/** A record as protobuf's JSON has it: ids in base64, the names of enums checked. */
function prepare(record: JsonValue): JsonValue {
  if (!isObject(record)) return record;
  const { kind, status, sum, histogram, links } = record;
  const prepared = withIds(record);
  // The library passes over a name that it does not know.
  checkEnum(Span_SpanKindSchema, kind);
  if (isObject(status)) checkEnum(Status_StatusCodeSchema, status.code);
  for (const data of [sum, histogram]) {
    if (isObject(data)) checkEnum(AggregationTemporalitySchema, data.aggregationTemporality);
  }
  if (Array.isArray(links)) prepared.links = links.map((link) => (isObject(link) ? withIds(link) : link));
  return prepared;
}

function checkEnum(schema: DescEnum, value: JsonValue | undefined): void {
  if (typeof value === 'string') enumFromJson(schema, value);
}

function withIds(record: JsonObject): JsonObject {
  const prepared = { ...record };
  for (const field of IDS) {
    const id = record[field];
    if (typeof id !== 'string') continue;
    if (!/^[0-9a-f]*$/i.test(id)) throw new MalformedTelemetry(`${field}: not an id in hexadecimal digits`);
    prepared[field] = Buffer.from(id, 'hex').toString('base64');
  }
  return prepared;
}

/** Drops the data points of a metric that cannot be decoded; false when it has none such. */
function dropBadPoints(metric: JsonObject, prepared: JsonObject, reject: (reason: string) => void): boolean {
  let dropped = false;
  for (const { jsonName } of [
    MetricSchema.field.gauge,
    MetricSchema.field.sum,
    MetricSchema.field.histogram,
  ]) {
    const data = metric[jsonName];
    if (!isObject(data) || !Array.isArray(data.dataPoints)) continue;
    const schema = jsonName === 'histogram' ? HistogramDataPointSchema : NumberDataPointSchema;
    const good = data.dataPoints.filter((point) => {
      try {
        fromJson<DescMessage>(schema, point, DECODING);
        return true;
      } catch (error) {
        reject(messageOf(error));
        dropped = true;
        return false;
      }
    });
    data.dataPoints = good;
    prepared[jsonName] = data;
  }
  return dropped;
}
