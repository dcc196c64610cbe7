import { Field as ProtoField, Root, Type } from 'protobufjs';
import type { Field, Schema } from '../../services/console/otlp/schema';

/** Encodes messages by protobufjs from the descriptor the decoder reads by: for tests and the flood. */
export function encodeMessage(schema: Schema, message: object): Buffer {
  const root = new Root();
  const types = new Map<string, Type>();
  const type = typeOf(schema, root, types);
  root.resolveAll();
  const problem = type.verify(message);
  if (problem !== null) throw new Error(problem);
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

function typeOf(schema: Schema, root: Root, types: Map<string, Type>): Type {
  const known = types.get(schema.name);
  if (known !== undefined) return known;
  const type = new Type(schema.name);
  types.set(schema.name, type);
  root.add(type);
  for (const [number, field] of Object.entries(schema.fields)) {
    type.add(
      new ProtoField(
        field.name,
        Number(number),
        typeName(field, root, types),
        field.repeated === undefined ? undefined : 'repeated',
      ),
    );
  }
  return type;
}

function typeName(field: Field, root: Root, types: Map<string, Type>): string {
  if (typeof field.type === 'function') return typeOf(field.type(), root, types).name;
  if (field.type === 'id') return 'bytes';
  return field.type === 'enum' ? 'int32' : field.type;
}
