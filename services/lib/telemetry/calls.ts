import { context, createContextKey, type Attributes, type Span } from '@opentelemetry/api';
import { removeAttribute } from './request-outcome';

const METHOD_ORIGINAL = 'http.request.method_original';
const QUERY = 'url.query';

/** What a caller knows of the call and its HTTP client span doesn't. */
export interface Call {
  /** `service.name` of who is called. */
  service: string;
  /** The path with names in place of its values, e.g. `/cart/{id}`. */
  template: string;
}

const CALL = createContextKey('http-call');

/** Runs `fn` so that the HTTP request in it is known to be this call. */
export function withCall<T>(call: Call, fn: () => T): T {
  return context.with(context.active().setValue(CALL, call), fn);
}

function activeCall(): Call | undefined {
  return context.active().getValue(CALL) as Call | undefined;
}

/**
 * Who is called, by both names: `service.peer.name` is the convention's of today, `peer.service` the one before, which
 * the user's documents name and service maps of back ends join by.
 * @param name the other's `service.name`
 */
export function peer(name: string): Attributes {
  return { 'service.peer.name': name, 'peer.service': name };
}

/** Attributes of a client span at its start; the service map of a back end joins by them. */
export function callAttributes(): Attributes {
  const call = activeCall();
  return call === undefined ? {} : { ...peer(call.service), 'url.template': call.template };
}

/**
 * Hook of the undici instrumentation. Names a client span `{method} {template}`, as the convention has it where there
 * is a template, and corrects what the instrumentation says against it: the method a second time, and a query with its
 * question mark, or an empty one.
 */
export function describeCall(span: Span, { method }: { method: string }): void {
  const call = activeCall();
  if (call !== undefined) span.updateName(`${method} ${call.template}`);
  const { attributes } = span as Span & { attributes?: Attributes };
  if (attributes === undefined) return;
  if (attributes[METHOD_ORIGINAL] === attributes['http.request.method'])
    removeAttribute(span, METHOD_ORIGINAL);
  const query = attributes[QUERY];
  if (typeof query !== 'string') return;
  if (query.length <= 1) removeAttribute(span, QUERY);
  else if (query.startsWith('?')) span.setAttribute(QUERY, query.slice(1));
}
