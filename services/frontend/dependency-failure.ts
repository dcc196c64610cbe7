import type { ErrorRequestHandler } from 'express';
import { HttpError, reasonedBody } from '../lib/errors';
import { DownstreamError } from '../lib/http-client';

/** Reasons a service gives in its 503 when it waited in vain itself: the caller's failure is a time-out too. */
const WAITED_IN_VAIN = new Set(['pool-exhausted', 'lock-timeout', 'query-timeout', 'timeout']);

/** What is behind a failed call: the service's own reason if it gave one, and whether it was late or away. */
export function explainFailure(failure: DownstreamError): { cause: string; kind: 'timeout' | 'unavailable' } {
  const cause = reasonedBody.safeParse(failure.body).data?.reason ?? failure.reason;
  return { cause, kind: WAITED_IN_VAIN.has(cause) ? 'timeout' : 'unavailable' };
}

/** The answer when a service behind a page failed: 503, e.g. `cart-unavailable` with `cause: redis-unavailable`. */
export function toServiceError(failure: DownstreamError): HttpError {
  const { cause, kind } = explainFailure(failure);
  return new HttpError(
    503,
    `${failure.service}-${kind}`,
    kind === 'timeout'
      ? `${failure.service} did not answer in time, try again in a few seconds`
      : `${failure.service} is not available, try again in a few seconds`,
    { service: failure.service, cause },
    { cause: failure },
  );
}

/** Gives failed calls their names; every other error passes as it is. */
export const nameFailedService: ErrorRequestHandler = (error: unknown, _request, _response, next) =>
  next(error instanceof DownstreamError ? toServiceError(error) : error);
