import { SpanKind, type Attributes, type Context } from '@opentelemetry/api';
import { NoopSpanProcessor, type Span } from '@opentelemetry/sdk-trace';
import { cohortFields, cohortOf, outsideRuns, trafficTypeOfPath, type Cohort } from '../cohort';

/** A cohort as span attributes, once for each. */
const known = new WeakMap<Cohort, Attributes>();

function attributesOf(cohort: Cohort): Attributes {
  const attributes = known.get(cohort) ?? cohortFields(cohort);
  known.set(cohort, attributes);
  return attributes;
}

/**
 * Gives each span the cohort in its request's baggage; the server span of a request whose baggage names no whole cohort
 * that of its route.
 */
export class CohortSpanProcessor extends NoopSpanProcessor {
  override onStart(span: Span, parentContext: Context): void {
    const cohort = cohortOf(parentContext);
    if (cohort !== null) span.setAttributes(attributesOf(cohort));
    else if (span.kind === SpanKind.SERVER) {
      const path = span.attributes['url.path'];
      span.setAttributes(cohortFields(outsideRuns(trafficTypeOfPath(typeof path === 'string' ? path : '/'))));
    }
  }
}
