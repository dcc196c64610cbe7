import { Reader } from 'protobufjs/minimal';
import type { Field, Schema } from './schema';

/** A decoded message: field name → value, in the shape of OTLP/JSON (absent fields are absent). */
export type Message = Record<string, unknown>;

/** A message that is not OTLP. Answered 400. */
export class MalformedTelemetry extends Error {}

/** Where an embedded message lies in its buffer; decoded when it is its turn. */
export interface Slice {
  start: number;
  end: number;
}

const VARINT = 0;
const BITS64 = 1;
const LENGTH_DELIMITED = 2;
const BITS32 = 5;
const MAX_DEPTH = 12;

/**
 * Decodes one message of `schema` from bytes [start, end) of `buffer`. Unknown fields are skipped, elements of a
 * repeated field beyond its bound too, so what is built is bounded whatever arrives.
 *
 * 64-bit numbers become doubles: times in ns are then exact to 0.3 µs, enough for a display in ms.
 *
 * @throws MalformedTelemetry for truncated input, wrong wire types and nesting deeper than 12
 */
export function decodeMessage(schema: Schema, buffer: Uint8Array, slice: Slice): Message {
  const reader = Reader.create(buffer);
  reader.pos = slice.start;
  try {
    return decode(schema, reader, slice.end, 0);
  } catch (error) {
    if (error instanceof MalformedTelemetry) throw error;
    throw new MalformedTelemetry(
      `not a valid ${schema.name} message: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function decode(schema: Schema, reader: Reader, end: number, depth: number): Message {
  if (depth > MAX_DEPTH)
    throw new MalformedTelemetry(`${schema.name} is nested deeper than ${String(MAX_DEPTH)}`);
  if (end > reader.len) throw new MalformedTelemetry(`${schema.name} is longer than its message`);
  const message: Message = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wire = tag & 7;
    const number = tag >>> 3;
    if (number === 0) throw new MalformedTelemetry(`field number 0 in ${schema.name}`);
    const field = schema.fields[number];
    if (field === undefined) {
      reader.skipType(wire);
    } else if (field.repeated === undefined) {
      message[field.name] = readField(schema, field, wire, reader, depth);
    } else {
      const list = (message[field.name] ??= []) as unknown[];
      if (list.length < field.repeated) list.push(readField(schema, field, wire, reader, depth));
      else reader.skipType(wire);
    }
  }
  if (reader.pos !== end) throw new MalformedTelemetry(`${schema.name} ends inside a field`);
  return message;
}

function readField(schema: Schema, field: Field, wire: number, reader: Reader, depth: number): unknown {
  const { type } = field;
  if (typeof type === 'function') {
    expectWire(schema, field, wire, LENGTH_DELIMITED);
    const length = reader.uint32();
    const end = reader.pos + length;
    if (field.lazy !== true) return decode(type(), reader, end, depth + 1);
    if (end > reader.len)
      throw new MalformedTelemetry(`${schema.name}.${field.name} is longer than its message`);
    const slice: Slice = { start: reader.pos, end };
    reader.pos = end;
    return slice;
  }
  switch (type) {
    case 'string':
      expectWire(schema, field, wire, LENGTH_DELIMITED);
      return reader.string();
    case 'id':
    case 'bytes': {
      expectWire(schema, field, wire, LENGTH_DELIMITED);
      const bytes = reader.bytes();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
        type === 'id' ? 'hex' : 'base64',
      );
    }
    case 'bool':
      expectWire(schema, field, wire, VARINT);
      return reader.bool();
    case 'enum':
      expectWire(schema, field, wire, VARINT);
      return reader.int32();
    case 'uint32':
      expectWire(schema, field, wire, VARINT);
      return reader.uint32();
    case 'int64':
      expectWire(schema, field, wire, VARINT);
      return int64(reader);
    case 'double':
      expectWire(schema, field, wire, BITS64);
      return reader.double();
    case 'fixed64': {
      expectWire(schema, field, wire, BITS64);
      const low = reader.fixed32();
      return reader.fixed32() * 4294967296 + low;
    }
    case 'sfixed64': {
      expectWire(schema, field, wire, BITS64);
      const low = reader.fixed32();
      return reader.sfixed32() * 4294967296 + low;
    }
  }
}

/** protobufjs gives an object where it finds the package `long`, else a number. */
function int64(reader: Reader): number {
  const value: unknown = reader.int64();
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
}

function expectWire(schema: Schema, field: Field, wire: number, expected: number): void {
  if (wire === expected) return;
  const kind: Readonly<Record<number, string>> = {
    [VARINT]: 'varint',
    [BITS64]: '64-bit',
    [LENGTH_DELIMITED]: 'bytes',
    [BITS32]: '32-bit',
  };
  throw new MalformedTelemetry(
    `${schema.name}.${field.name} has wire type ${kind[wire] ?? String(wire)}, expected ${kind[expected] ?? String(expected)}`,
  );
}
