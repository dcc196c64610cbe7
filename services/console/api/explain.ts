import { queueOf } from '../../../scenario/causes/all';
import { DEFAULT_OUTAGE } from '../../../scenario/types';
import { statsOf, Totals } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import type { SystemSeen } from '../system/database-observer';
import { PULSE_SECONDS } from './pulse';
import { SETTLE_SECONDS } from './summary';

/** The answer of GET /api/explain: the recommendation query's plan with its index, and without. */
export type ExplainAnswer = ReturnType<typeof explainAnswer>;

/** What was last seen of the query's plans, and what the query takes. */
export function explainAnswer(system: SystemSeen, store: TelemetryStore, nowMs: number) {
  const until = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const queue = queueOf(DEFAULT_OUTAGE);
  const { statement } = store.aggregates.causeWindow(queue, until - PULSE_SECONDS, until);
  const { requests, p50Ms, p95Ms } = statsOf(statement ?? new Totals(), PULSE_SECONDS);
  const { query, now, error, withIndex, withoutIndex, atMs } = system;
  return {
    query,
    now,
    error,
    withIndex,
    withoutIndex,
    /** Age of the last look (ms); null before the first. */
    ageMs: atMs === null ? null : nowMs - atMs,
    /** What the shop's own queries took in the last seconds. */
    measured: { requests, p50Ms, p95Ms, seconds: PULSE_SECONDS },
  };
}
