import type { z } from 'zod';
import { HttpError } from './errors';

/** A field of a request that is wrong, and why. */
interface InvalidField {
  field: string;
  reason: string;
}

/** The answer to a request with wrong fields: 400 `invalid-input`. */
export function invalidInput(fields: readonly InvalidField[], what = 'Invalid input'): HttpError {
  const summary = fields.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
  return new HttpError(400, 'invalid-input', `${what}: ${summary}`, { fields });
}

/**
 * The input as the schema wants it.
 *
 * @throws HttpError 400 `invalid-input` with every field that is wrong and why
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(
    result.error.issues.map((issue) => ({ field: issue.path.join('.') || '(body)', reason: issue.message })),
  );
}

/** A text that is JSON of this form; null for any other: another version, or another program, wrote it. */
export function readJson<T>(schema: z.ZodType<T>, text: string | null | undefined): T | null {
  if (!text) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
