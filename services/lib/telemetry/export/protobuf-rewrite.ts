import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A field of a message in protobuf. */
export interface WireField {
  number: number;
  /** Of a field that is a message (or a text); null for numbers. */
  content: Uint8Array | null;
  /** The field as it was written, its tag included. */
  written: Uint8Array;
}

/** The fields of a message, in their order. @throws Error for what is none */
export function* fieldsOf(message: Uint8Array): Generator<WireField> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    let content: Uint8Array | null = null;
    if (wireType === WireType.LengthDelimited) content = reader.bytes();
    else reader.skip(wireType, number);
    yield { number, content, written: message.subarray(start, reader.pos) };
  }
}

/**
 * Copies a message, with something else in place of the messages that lie at the end of a path of fields.
 *
 * @param change what stands in its place; null: nothing
 */
export function rewrite(
  message: Uint8Array,
  [next, ...further]: readonly number[],
  change: (content: Uint8Array) => Uint8Array | null,
): Uint8Array {
  const writer = new BinaryWriter();
  for (const { number, content, written } of fieldsOf(message)) {
    if (number !== next || content === null) {
      writer.raw(written);
      continue;
    }
    const copy = further.length > 0 ? rewrite(content, further, change) : change(content);
    if (copy !== null) writer.tag(number, WireType.LengthDelimited).bytes(copy);
  }
  return writer.finish();
}
