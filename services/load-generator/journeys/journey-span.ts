import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { contextWithCohort, type Cohort } from '../../lib/cohort';
import { tracer } from '../../lib/telemetry/tracing';
import type { JourneyPlan } from './journeys';
import type { Outcome } from './outcome';

/**
 * Plays a journey as the root of its trace, with the cohort as baggage for every hop behind it.
 * @param lagMs how late it starts, so that a trace tells it apart from a slow shop
 */
export function traceJourney(
  plan: JourneyPlan,
  cohort: Cohort,
  lagMs: number,
  play: () => Promise<Outcome | null>,
): Promise<Outcome | null> {
  const attributes = {
    'journey.name': plan.journey,
    'user.id': plan.userId,
    'load.start_lag_ms': Math.round(lagMs),
    ...(plan.journey === 'full_checkout' ? { 'order.idempotency_key': plan.idempotencyKey } : {}),
  };
  // A timer carries the context in which it was made, here the subscription's, which is untraced.
  const origin = contextWithCohort(ROOT_CONTEXT, cohort);
  const options = { kind: SpanKind.INTERNAL, attributes };
  return context.with(origin, () =>
    tracer().startActiveSpan(`journey ${plan.journey}`, options, async (span) => {
      try {
        const outcome = await play();
        span.setAttribute('journey.outcome', outcome?.result ?? 'aborted');
        if (outcome?.result === 'error') {
          span.setAttribute('error.type', outcome.kind);
          span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.reason });
        }
        return outcome;
      } finally {
        span.end();
      }
    }),
  );
}
