import { context, propagation, type Baggage, type Context } from '@opentelemetry/api';
import type { TrafficType } from '../../scenario/types';

/** Which cohort a request belongs to; travels as W3C baggage through every hop. */
export interface Cohort {
  readonly trafficType: TrafficType;
  readonly runId: string;
  /** Whole demo minute; null outside a run. */
  readonly minute: number | null;
  readonly phase: string | null;
}

/** The baggage keys of a cohort; each becomes a span attribute of the same name. */
export const COHORT_KEYS = ['traffic.type', 'demo.run_id', 'demo.minute', 'demo.phase'] as const;

/** Routes of the demo: a request that arrives without baggage (a person, curl) gets the cohort of its route. */
const DEMO_ROUTES = [
  '/api/checkout',
  '/products/recommendations',
  '/orders/create',
  '/api/payment/process',
  '/calculate',
  '/recommend',
];

/** The cohort of a request without baggage. */
export function trafficTypeOfPath(path: string): TrafficType {
  const bare = path.split('?', 1)[0] ?? path;
  return DEMO_ROUTES.includes(bare) ? 'demo' : 'baseline';
}

/** What baggage says, once for each: a request's is asked for at each of its spans and log records. */
const read = new WeakMap<Baggage, Cohort | null>();

/** The cohort in a context's baggage; null without a whole one (a known traffic type and a run id). */
export function cohortOf(ctx: Context): Cohort | null {
  const baggage = propagation.getBaggage(ctx);
  if (baggage === undefined) return null;
  let cohort = read.get(baggage);
  if (cohort === undefined) {
    cohort = cohortIn(baggage);
    read.set(baggage, cohort);
  }
  return cohort;
}

function cohortIn(baggage: Baggage): Cohort | null {
  const trafficType = baggage.getEntry('traffic.type')?.value;
  const runId = baggage.getEntry('demo.run_id')?.value;
  if ((trafficType !== 'baseline' && trafficType !== 'demo') || !runId) return null;
  const minute = Number(baggage.getEntry('demo.minute')?.value ?? Number.NaN);
  return {
    trafficType,
    runId,
    minute: Number.isInteger(minute) ? minute : null,
    phase: baggage.getEntry('demo.phase')?.value ?? null,
  };
}

/** The cohort of the request being handled; outside a request null. */
export function activeCohort(): Cohort | null {
  return cohortOf(context.active());
}

/** The cohort of the request being handled; baseline where nothing says otherwise. */
export function currentCohort(): Cohort {
  return activeCohort() ?? { trafficType: 'baseline', runId: 'normal', minute: null, phase: null };
}

/** `ctx` with the cohort in its baggage. */
export function contextWithCohort(ctx: Context, cohort: Cohort): Context {
  const entries: Record<string, { value: string }> = {
    'traffic.type': { value: cohort.trafficType },
    'demo.run_id': { value: cohort.runId },
  };
  if (cohort.minute !== null) entries['demo.minute'] = { value: String(cohort.minute) };
  if (cohort.phase !== null) entries['demo.phase'] = { value: cohort.phase };
  return propagation.setBaggage(ctx, propagation.createBaggage(entries));
}

/** Runs `fn` as a part of a cohort: its spans carry it, its requests pass it on. */
export function withCohort<T>(cohort: Cohort, fn: () => T): T {
  return context.with(contextWithCohort(context.active(), cohort), fn);
}
