import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Fields of KeyValue and AnyValue. */
const KEY = 1;
const VALUE = 2;
const INTEGER = 3;
const DOUBLE = 4;

/**
 * Copies a protobuf message, and corrects what lies at the end of the path: integers of the attributes named in `doubles`
 * become doubles.
 */
export function mendMessages(
  message: Uint8Array,
  [field, ...further]: readonly number[],
  doubles: ReadonlySet<string>,
): Uint8Array {
  const reader = new BinaryReader(message);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) {
      const content = reader.bytes();
      writer
        .tag(number, wireType)
        .bytes(
          further.length > 0 ? mendMessages(content, further, doubles) : mendAttribute(content, doubles),
        );
    } else {
      reader.skip(wireType, number);
      writer.raw(message.subarray(start, reader.pos));
    }
  }
  return writer.finish();
}

function mendAttribute(keyValue: Uint8Array, doubles: ReadonlySet<string>): Uint8Array {
  const reader = new BinaryReader(keyValue);
  let key = '';
  let integer: number | null = null;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === KEY) key = reader.string();
    else if (number === VALUE) integer = integerOf(reader.bytes());
    else reader.skip(wireType, number);
  }
  if (integer === null || !doubles.has(key)) return keyValue;
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
