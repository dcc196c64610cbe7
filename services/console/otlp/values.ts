import { cutText, MAX_NAME, type AttributeList, type AttributeValue } from './records';
import { MalformedTelemetry, type Message } from './wire';

/** Longer texts are cut (characters); SQL and stack traces fit. */
export const MAX_TEXT = 4096;
const MAX_ATTRIBUTES = 128;
const MAX_ELEMENTS = 64;
const MAX_DEPTH = 6;
/** Beyond it a metric's value says nothing, and a sum of several is no number any more. */
const MAX_MEASURED = 1e15;
/** A time is an unsigned 64-bit number of ns: it ends in the year 2554. */
const TIME_END_NS = 2 ** 64;

/** @throws MalformedTelemetry unless it is an object */
export function messageOf(value: unknown, where: string): Message {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Message;
  throw new MalformedTelemetry(`${where}: expected an object, got ${describe(value)}`);
}

/** A repeated field; absent is empty. */
export function listOf(message: Message, field: string): readonly unknown[] {
  const value = message[field];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  throw new MalformedTelemetry(`${field}: expected an array, got ${describe(value)}`);
}

/** A text field; absent is empty. */
export function textOf(message: Message, field: string): string {
  const value = message[field];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new MalformedTelemetry(`${field}: expected a string, got ${describe(value)}`);
}

/** A number, also as the decimal string OTLP/JSON uses for 64 bits; absent is 0. */
export function numberOf(message: Message, field: string): number {
  const value = message[field];
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new MalformedTelemetry(`${field}: expected a number, got ${describe(value)}`);
}

/** A time field (ns since 1970) in ms; 0 when absent. */
export function timeMsOf(message: Message, field: string): number {
  const nanoseconds = numberOf(message, field);
  if (nanoseconds < 0 || nanoseconds > TIME_END_NS) {
    throw new MalformedTelemetry(`${field}: not a time in ns: ${describe(message[field])}`);
  }
  return nanoseconds / 1e6;
}

/**
 * What was measured; absent is 0.
 * @throws MalformedTelemetry for an amount no sum of which would be a number
 */
export function measuredOf(message: Message, field: string): number {
  const value = numberOf(message, field);
  if (Math.abs(value) <= MAX_MEASURED) return value;
  throw new MalformedTelemetry(`${field}: too large to be measured: ${describe(message[field])}`);
}

/** A name: longer ones are cut. */
export function nameOf(message: Message, field: string): string {
  return cutText(textOf(message, field), MAX_NAME);
}

/** An enum field as its number: OTLP/JSON demands numbers, other protobuf JSON writers send names. */
export function enumOf(message: Message, field: string, names: readonly string[], prefix: string): number {
  const value = message[field];
  if (typeof value === 'string') {
    const index = names.indexOf(value.startsWith(prefix) ? value.slice(prefix.length) : value);
    if (index >= 0) return index;
    throw new MalformedTelemetry(`${field}: unknown name ${describe(value)}`);
  }
  return numberOf(message, field);
}

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const ZEROS = /^0+$/;

/** A trace or span id in lower-case hex; null when absent or all zeros. */
export function idOf(message: Message, field: 'traceId' | 'spanId' | 'parentSpanId'): string | null {
  const text = textOf(message, field);
  if (text === '') return null;
  const pattern = field === 'traceId' ? TRACE_ID : SPAN_ID;
  const id = pattern.test(text) ? text : text.toLowerCase();
  if (!pattern.test(id)) throw new MalformedTelemetry(`${field}: not an id: ${describe(text)}`);
  return ZEROS.test(id) ? null : id;
}

/** The field `attributes`, flattened. Later values of a key do not replace earlier ones; OTLP forbids doubles. */
export function attributesOf(message: Message): AttributeList {
  const entries = listOf(message, 'attributes');
  const list: AttributeList = [];
  const count = Math.min(entries.length, MAX_ATTRIBUTES);
  for (let index = 0; index < count; index += 1) {
    const entry = messageOf(entries[index], 'attributes');
    list.push(nameOf(entry, 'key'), valueOf(entry.value, 0));
  }
  return list;
}

/** An AnyValue as a plain value. */
export function valueOf(value: unknown, depth = 0): AttributeValue {
  if (value === undefined || value === null) return null;
  const message = messageOf(value, 'value');
  if (message.stringValue !== undefined) return cutText(textOf(message, 'stringValue'), MAX_TEXT);
  if (message.intValue !== undefined) return numberOf(message, 'intValue');
  const flag = message.boolValue;
  if (flag !== undefined) {
    if (typeof flag === 'boolean') return flag;
    throw new MalformedTelemetry(`boolValue: expected a boolean, got ${describe(flag)}`);
  }
  if (message.doubleValue !== undefined) return doubleOf(message);
  if (message.bytesValue !== undefined) return cutText(textOf(message, 'bytesValue'), MAX_TEXT);
  if (depth >= MAX_DEPTH) return null;
  if (message.arrayValue !== undefined) {
    const values = listOf(messageOf(message.arrayValue, 'arrayValue'), 'values');
    return values.slice(0, MAX_ELEMENTS).map((element) => valueOf(element, depth + 1));
  }
  if (message.kvlistValue !== undefined) {
    const object: Record<string, AttributeValue> = Object.create(null) as Record<string, AttributeValue>;
    for (const element of listOf(messageOf(message.kvlistValue, 'kvlistValue'), 'values').slice(
      0,
      MAX_ELEMENTS,
    )) {
      const entry = messageOf(element, 'kvlistValue');
      object[nameOf(entry, 'key')] = valueOf(entry.value, depth + 1);
    }
    return object;
  }
  return null;
}

/** doubleValue may be `"NaN"` or `"Infinity"` in JSON, which JSON cannot answer: null. */
function doubleOf(message: Message): number | null {
  const value = message.doubleValue;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number')
    throw new MalformedTelemetry(`doubleValue: not a number: ${describe(value)}`);
  return Number.isFinite(number) ? number : null;
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? typeof value : text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
