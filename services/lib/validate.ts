import type { z } from 'zod';
import { ConfigError } from '../../scenario/config/config-error';
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

/**
 * Resolves the outage that a request asks for.
 *
 * @param fieldOfKey which field of the request a scenario key came from, where the names differ
 * @throws HttpError 400 `invalid-input` with the fields, for an outage that can't be made
 */
export function outageOf<T>(resolve: () => T, fieldOfKey: Readonly<Record<string, string>>): T {
  try {
    return resolve();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw invalidInput(
      error.faults.map(({ key, message }) => ({ field: fieldOfKey[key] ?? key, reason: message })),
      'No such outage can be made',
    );
  }
}
