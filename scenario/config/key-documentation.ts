import { z } from 'zod';
import type { Preset } from '../presets/preset';

/** What the page of all keys says about one key. */
export interface KeyDocumentation {
  /** Type as a reader writes it. */
  type: string;
  /** What is allowed, continuing "must be …". */
  allowed: string;
  /** Default, in all modes or by a mode's preset. */
  default: string | ((preset: Preset) => string);
  /** What it does. */
  description: string;
}

/** Documentation of every key, attached to its schema. */
export const keyDocumentation = z.registry<KeyDocumentation>();

/** Text that holds a number becomes that; anything else stays as it is, to be refused. */
export function number(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : value;
}

/** Text that holds a boolean becomes that. */
export function boolean(value: unknown): unknown {
  if (value === 'true') return true;
  if (value === 'false') return false;
  return value;
}

/** Text that holds JSON becomes what it says. */
export function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A number that may be written as text, as `pulumi config set` writes it. */
export const numberFrom = (schema: z.ZodNumber) => z.preprocess(number, schema);

/** An optional key with its documentation. */
export function key<T extends z.ZodType>(schema: T, documentation: KeyDocumentation): z.ZodOptional<T> {
  const optional = schema.optional();
  keyDocumentation.add(optional, documentation);
  return optional;
}

/** An optional group of keys; a group given as JSON text is read. */
export function group<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess(json, z.strictObject(shape)).optional();
}
