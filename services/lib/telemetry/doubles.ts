import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ISerializer } from '@opentelemetry/otlp-transformer';

/**
 * Attributes whose values may have a fraction. JavaScript has one kind of number, so the SDK sends 1200 as an integer
 * and 1200.5 as a double: a back end that types a field by its first value then refuses the other kind.
 */
export const DOUBLES: ReadonlySet<string> = new Set(['order.total', 'payment.amount']);

/** Fields that lead from a request to the attributes of its records: groups, scopes, records, attributes. */
export const SPAN_ATTRIBUTES = [1, 2, 2, 9] as const;
export const LOG_ATTRIBUTES = [1, 2, 2, 6] as const;

/** Fields of KeyValue and AnyValue. */
const KEY = 1;
const VALUE = 2;
const INTEGER = 3;
const DOUBLE = 4;

/** The serializer of OTLP's protobuf, with the values of DOUBLES always sent as doubles. */
export function withDoubles<Request, Response>(
  serializer: ISerializer<Request, Response>,
  path: readonly number[],
): ISerializer<Request, Response> {
  return {
    deserializeResponse: (data) => serializer.deserializeResponse(data),
    serializeRequest: (request) => {
      const bytes = serializer.serializeRequest(request);
      // Only the orders of one service have such values: all else goes as it is.
      const isConcerned =
        bytes !== undefined &&
        [...DOUBLES].some((name) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(name));
      return isConcerned ? mendMessages(bytes, path) : bytes;
    },
  };
}

/** Copies a message, and corrects what lies at the end of the path. */
function mendMessages(message: Uint8Array, [field, ...further]: readonly number[]): Uint8Array {
  const reader = new BinaryReader(message);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) {
      const content = reader.bytes();
      writer
        .tag(number, wireType)
        .bytes(further.length > 0 ? mendMessages(content, further) : mendAttribute(content));
    } else {
      reader.skip(wireType, number);
      writer.raw(message.subarray(start, reader.pos));
    }
  }
  return writer.finish();
}

function mendAttribute(keyValue: Uint8Array): Uint8Array {
  const reader = new BinaryReader(keyValue);
  let key = '';
  let integer: number | null = null;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === KEY) key = reader.string();
    else if (number === VALUE) integer = integerOf(reader.bytes());
    else reader.skip(wireType, number);
  }
  if (integer === null || !DOUBLES.has(key)) return keyValue;
  const value = new BinaryWriter().tag(DOUBLE, WireType.Bit64).double(integer).finish();
  return new BinaryWriter()
    .tag(KEY, WireType.LengthDelimited)
    .string(key)
    .tag(VALUE, WireType.LengthDelimited)
    .bytes(value)
    .finish();
}

/** null for a value that is no integer. */
function integerOf(anyValue: Uint8Array): number | null {
  if (anyValue.length === 0) return null;
  const reader = new BinaryReader(anyValue);
  const [number] = reader.tag();
  return number === INTEGER ? Number(reader.int64()) : null;
}
