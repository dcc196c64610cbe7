import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { fieldsOf, rewrite } from './protobuf-rewrite';

/** Fields of KeyValue and AnyValue. */
const KEY = 1;
const VALUE = 2;
const INTEGER = 3;
const DOUBLE = 4;

/** Copies a request, with doubles in place of the integers of attributes named in `doubles`. @param path to its attributes */
export function mendMessages(
  message: Uint8Array,
  path: readonly number[],
  doubles: ReadonlySet<string>,
): Uint8Array {
  return rewrite(message, path, (attribute) => mendAttribute(attribute, doubles));
}

function mendAttribute(keyValue: Uint8Array, doubles: ReadonlySet<string>): Uint8Array {
  let key = '';
  let integer: number | null = null;
  for (const { number, content } of fieldsOf(keyValue)) {
    if (number === KEY) key = Buffer.from(content ?? []).toString();
    else if (number === VALUE) integer = integerOf(content ?? new Uint8Array());
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
