import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { unzip } from '../body';
import { EXPORTS, type Signal } from '../signals';

/** A payload as it was received, and found good. */
export interface Payload {
  signal: Signal;
  contentType: string;
  contentEncoding: 'gzip' | null;
  body: Buffer;
}

/** The payload in protobuf, which every OTLP end point takes; some take nothing else. */
export async function inProtobuf({
  signal,
  contentType,
  contentEncoding,
  body,
}: Payload): Promise<Uint8Array> {
  const plain = contentEncoding === 'gzip' ? await unzip(body) : body;
  if (!contentType.startsWith('application/json')) return plain;
  const { request: schema } = EXPORTS[signal];
  const json = withBinaryIds(JSON.parse(plain.toString('utf8')) as JsonValue);
  return toBinary(schema, fromJson(schema, json, { ignoreUnknownFields: true }));
}

const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);

/** OTLP's JSON writes ids in hexadecimal digits, protobuf's JSON in base64. No other field has such a name. */
function withBinaryIds(value: JsonValue, key = ''): JsonValue {
  if (typeof value === 'string') return IDS.has(key) ? Buffer.from(value, 'hex').toString('base64') : value;
  if (Array.isArray(value)) return value.map((each) => withBinaryIds(each, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withBinaryIds(each, name)]));
}
