import {
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  type Context,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { cohortOf } from '../cohort';

/** As in a request, but without the key that proves a cohort: what writes messages is trusted as the database is. */
const propagator = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** What a message carries of the request that writes it: `traceparent` and `baggage`. */
export function messageContext(request: Context = context.active()): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(request, carrier, defaultTextMapSetter);
  return carrier;
}

/** Who wrote a message, as far as what {@link messageContext} wrote says so. */
export function originOf(carrier: Readonly<Record<string, unknown>>) {
  const carried = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  const span = trace.getSpanContext(carried);
  return { span: span && isSpanContextValid(span) ? span : null, cohort: cohortOf(carried) };
}
