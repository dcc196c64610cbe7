import { SpanStatusCode } from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';
import { serverSpan } from './server-span';

/** `error.type` of a request whose caller was gone before its answer was written. */
export const CALLER_GONE = 'caller-gone';

/** Was the connection closed before the whole answer was handed over? To be asked when the response closes. */
export const isAbandoned = (response: Pick<Response, 'writableFinished'>): boolean =>
  !response.writableFinished;

/**
 * Marks the server span of a request whose caller gave up before its answer: for the caller it failed, whatever the
 * handler would have answered. Without it such a request shows as a success of status 200, as Node's default has
 * it, and an overloaded shop looks healthier than its customers find it.
 */
export function markAbandonedRequests(): RequestHandler {
  return (_request: Request, response, next) => {
    const span = serverSpan();
    // First in line: the instrumentation's own listener ends the span.
    response.prependOnceListener('close', () => {
      if (!isAbandoned(response)) return;
      span?.setAttribute('error.type', CALLER_GONE);
      span?.setStatus({ code: SpanStatusCode.ERROR, message: 'the caller was gone before the answer' });
    });
    next();
  };
}
