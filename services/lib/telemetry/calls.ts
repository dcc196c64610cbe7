import { context, createContextKey, type Attributes, type Span } from '@opentelemetry/api';

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

/** Attributes of a client span at its start; the service map of a back end joins by them. */
export function callAttributes(): Attributes {
  const call = activeCall();
  return call === undefined ? {} : { 'peer.service': call.service, 'url.template': call.template };
}

/** Names a client span `{method} {template}`, as the convention has it where there is a template. */
export function nameCall(span: Span, method: string): void {
  const call = activeCall();
  if (call !== undefined) span.updateName(`${method} ${call.template}`);
}
