import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** `error.type` of a request whose caller was gone before its answer was written. */
export const CALLER_GONE = 'caller-gone';

const STATUS = 'http.response.status_code';
const reasons = new WeakMap<ServerResponse, string>();

/** Notes why a request is answered with 5xx: its `error.type`, rather than the bare status. */
export function noteErrorReason(response: ServerResponse, reason: string): void {
  reasons.set(response, reason);
}

/** Was the connection closed before the whole answer was handed over? To be asked when the response closes. */
export const isAbandoned = (response: Pick<ServerResponse, 'writableFinished'>): boolean =>
  !response.writableFinished;

/**
 * How a request ended, by the convention of HTTP: its status code, and `error.type` when it failed. One that its
 * caller abandoned has no status code, since none was sent, and failed whatever the handler would have answered.
 */
export function outcomeOf(response: ServerResponse): Attributes {
  if (isAbandoned(response)) return { 'error.type': CALLER_GONE };
  const { statusCode } = response;
  return {
    [STATUS]: statusCode,
    ...(statusCode >= 500 ? { 'error.type': reasons.get(response) ?? String(statusCode) } : {}),
  };
}

/** What express notes on a request. */
interface Routed {
  route?: { path?: unknown };
  originalUrl?: string;
}

/** The route that a request matched, as it was written; null for one that matched none. */
export function routeOf(request: Routed): string | null {
  const path = request.route?.path;
  return typeof path === 'string' ? path : null;
}

/**
 * Hook of the HTTP instrumentation, at the end of a server span. What it has set by itself is Node's status, 200
 * unless the handler says otherwise: without this an overloaded shop looks healthier than its customers find it. The
 * route is read from the request: an instrumentation of express, which knows no more, costs something at each
 * middleware of each request.
 */
export function finishServerSpan(
  span: Span,
  request: IncomingMessage & Routed,
  response: ServerResponse,
): void {
  const route = routeOf(request) ?? (request.originalUrl === '/' ? '/' : null);
  if (route !== null)
    span.updateName(`${request.method ?? 'GET'} ${route}`).setAttribute('http.route', route);
  const outcome = outcomeOf(response);
  span.setAttributes(outcome);
  if (outcome['error.type'] !== CALLER_GONE) return;
  removeAttribute(span, STATUS);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'the caller was gone before the answer' });
}

/** Takes back an attribute of a span that has not ended: the API cannot, the SDK's span lets its own map be changed. */
export function removeAttribute(span: Span, name: string): void {
  const { attributes } = span as Span & { attributes?: Attributes };
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- see above
  if (attributes) delete attributes[name];
}
