import type { AnyValue, KeyValue } from './generated/opentelemetry/proto/common/v1/common_pb';
import { cutText, MAX_NAME, type AttributeList, type AttributeValue } from './records';

/** Longer texts are cut (characters); SQL and stack traces fit. */
export const MAX_TEXT = 4096;
const MAX_ATTRIBUTES = 128;
const MAX_ELEMENTS = 64;
const MAX_DEPTH = 6;

/** Attributes, flattened. Later values of a key do not replace earlier ones; OTLP forbids doubles. */
export function attributesOf(entries: readonly KeyValue[]): AttributeList {
  const count = Math.min(entries.length, MAX_ATTRIBUTES);
  // Made as long as it gets: an array that grows keeps spare room.
  const list = new Array<AttributeValue>(2 * count);
  for (let index = 0; index < count; index += 1) {
    const entry = entries[index];
    list[2 * index] = cutText(entry?.key ?? '', MAX_NAME);
    list[2 * index + 1] = valueOf(entry?.value);
  }
  return list;
}

/** A value as JSON can answer it: NaN and infinite numbers are null, bytes are base64. */
export function valueOf(any: AnyValue | undefined, depth = 0): AttributeValue {
  const value = any?.value;
  switch (value?.case) {
    case 'stringValue':
      return cutText(value.value, MAX_TEXT);
    case 'intValue':
      return Number(value.value);
    case 'boolValue':
      return value.value;
    case 'doubleValue':
      return Number.isFinite(value.value) ? value.value : null;
    case 'bytesValue':
      return cutText(Buffer.from(value.value.subarray(0, MAX_TEXT)).toString('base64'), MAX_TEXT);
    case 'arrayValue':
      if (depth >= MAX_DEPTH) return null;
      return value.value.values.slice(0, MAX_ELEMENTS).map((element) => valueOf(element, depth + 1));
    case 'kvlistValue': {
      if (depth >= MAX_DEPTH) return null;
      const object = Object.create(null) as Record<string, AttributeValue>;
      for (const entry of value.value.values.slice(0, MAX_ELEMENTS)) {
        object[cutText(entry.key, MAX_NAME)] = valueOf(entry.value, depth + 1);
      }
      return object;
    }
    default:
      return null;
  }
}
