import { z } from 'zod';
import type { Preset } from '../presets/preset';
import { rangeText, type Range } from './limits';

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
function number(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : value;
}

/** Text that holds a boolean becomes that. */
function boolean(value: unknown): unknown {
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

/** An optional key with its documentation; it takes text where no type is named. */
export function key<T extends z.ZodType>(
  schema: T,
  documentation: Omit<KeyDocumentation, 'type'> & { type?: string },
): z.ZodOptional<T> {
  const optional = schema.optional();
  keyDocumentation.add(optional, { type: 'string', ...documentation });
  return optional;
}

/** What is said of a key whose values say for themselves what is allowed. */
type Said = Pick<KeyDocumentation, 'default' | 'description'>;

/** A key that takes one of some words. */
export function choice<const Word extends string>(words: readonly Word[], said: Said) {
  return key(z.enum(words), { allowed: words.map((word) => `\`${word}\``).join(' or '), ...said });
}

/** A key that is true or false. */
export function flag(said: Said) {
  return key(z.preprocess(boolean, z.boolean()), {
    type: 'boolean',
    allowed: '`true` or `false`',
    ...said,
  });
}

/** What is said of a number: its limits, its unit (`ms`), and what is allowed where the limits don't say it. */
type Quantity = Said & { range: Range; unit?: string; allowed?: string };

const quantityKey =
  (type: string, noun: string, schema: z.ZodNumber) =>
  ({ range, unit, ...said }: Quantity) =>
    key(numberFrom(schema.min(range.from).max(range.to)), {
      type: unit === undefined ? type : `${type} (${unit})`,
      allowed: `${noun} ${rangeText(range)}`,
      ...said,
    });
/** A key that takes a number within limits. */
export const numberKey = quantityKey('number', 'a number', z.number());
/** The same, of whole numbers. */
export const wholeKey = quantityKey('integer', 'a whole number', z.number().int());

/** An optional group of keys; a group given as JSON text is read. */
export function group<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess(json, z.strictObject(shape)).optional();
}
