import { z } from 'zod';

/** An answer other than success: what the caller gets, as `{error, reason, ...extra}`. */
export class HttpError extends Error {
  /**
   * @param status HTTP status
   * @param reason a word for machines, kebab-case
   * @param message a sentence for people
   * @param extra further fields of the answer
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly extra: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'HttpError';
  }
}

/** What of an error's answer names it for machines, as another service reads it. */
export const reasonedBody = z.object({ reason: z.string() });

/** The word for machines of any error. */
export const reasonOf = (error: unknown): string =>
  error instanceof HttpError ? error.reason : 'internal-error';

/** What any error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
