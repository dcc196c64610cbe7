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

/** `demo.run_id` of what no load generator sent. */
export const NO_RUN = 'none';

/** Outside any run: of a person, or of the shop itself. */
export const outsideRuns = (trafficType: TrafficType): Cohort => ({
  trafficType,
  runId: NO_RUN,
  minute: null,
  phase: null,
});

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
  return activeCohort() ?? outsideRuns('baseline');
}

/** A cohort as span attributes, fields of a log record and keys of baggage name it. */
export function cohortFields({ trafficType, runId, minute, phase }: Cohort): Record<string, string | number> {
  return {
    'traffic.type': trafficType,
    'demo.run_id': runId,
    ...(minute === null ? {} : { 'demo.minute': minute }),
    ...(phase === null ? {} : { 'demo.phase': phase }),
  };
}

/** `ctx` with the cohort in its baggage. */
export function contextWithCohort(ctx: Context, cohort: Cohort): Context {
  const entries = Object.entries(cohortFields(cohort)).map(([name, value]) => [
    name,
    { value: String(value) },
  ]);
  return propagation.setBaggage(
    ctx,
    propagation.createBaggage(Object.fromEntries(entries) as Record<string, { value: string }>),
  );
}

/** Runs `fn` as a part of a cohort: its spans carry it, its requests pass it on. */
export function withCohort<T>(cohort: Cohort, fn: () => T): T {
  return context.with(contextWithCohort(context.active(), cohort), fn);
}
