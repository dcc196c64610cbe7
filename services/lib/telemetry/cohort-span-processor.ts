import { propagation, SpanKind, type Attributes, type Baggage, type Context } from '@opentelemetry/api';
import { NoopSpanProcessor, type Span } from '@opentelemetry/sdk-trace';
import { COHORT_KEYS, cohortFields, cohortOf, outsideRuns, trafficTypeOfPath, type Cohort } from '../cohort';

/** What baggage says of its cohort, as span attributes, once for each. */
const known = new WeakMap<Baggage, Attributes>();

/** Baggage values are strings; a back end that is to compare `demo.minute` needs a number, as log records have it. */
function attributesOf(baggage: Baggage, cohort: Cohort | null): Attributes {
  let attributes = known.get(baggage);
  if (attributes === undefined) {
    attributes = Object.fromEntries(COHORT_KEYS.map((name) => [name, baggage.getEntry(name)?.value]));
    if (cohort !== null && cohort.minute !== null) attributes['demo.minute'] = cohort.minute;
    known.set(baggage, attributes);
  }
  return attributes;
}

/**
 * Gives each span the cohort in its request's baggage; the server span of a request whose baggage names no whole cohort
 * that of its route.
 */
export class CohortSpanProcessor extends NoopSpanProcessor {
  override onStart(span: Span, parentContext: Context): void {
    const cohort = cohortOf(parentContext);
    const baggage = propagation.getBaggage(parentContext);
    if (baggage !== undefined) span.setAttributes(attributesOf(baggage, cohort));
    if (cohort === null && span.kind === SpanKind.SERVER) {
      const path = span.attributes['url.path'];
      span.setAttributes(cohortFields(outsideRuns(trafficTypeOfPath(typeof path === 'string' ? path : '/'))));
    }
  }
}
