import type { z } from 'zod';
import { HttpError } from './errors';

/**
 * The input as the schema wants it.
 *
 * @throws HttpError 400 `invalid-input` with every field that is wrong and why
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({
    field: issue.path.join('.') || '(body)',
    reason: issue.message,
  }));
  const summary = fields.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
  throw new HttpError(400, 'invalid-input', `Invalid input: ${summary}`, { fields });
}
