import { queueOf } from '../../../scenario/causes/all';
import { DEFAULT_OUTAGE } from '../../../scenario/types';
import { statsOf, Totals } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import type { PlanSeen, SystemSeen } from '../system/database-observer';
import { PULSE_SECONDS } from './pulse';
import { SETTLE_SECONDS } from './summary';

/** The answer of GET /api/explain: the recommendation query's plan with its index, and without. */
export interface ExplainAnswer {
  query: SystemSeen['query'];
  now: SystemSeen['now'];
  /** Age of the last look (ms); null before the first. */
  ageMs: number | null;
  error: string | null;
  withIndex: PlanSeen | null;
  withoutIndex: PlanSeen | null;
  /** What the shop's own queries took in the last seconds. */
  measured: { requests: number; p50Ms: number | null; p95Ms: number | null; seconds: number };
}

/** What was last seen of the query's plans, and what the query takes. */
export function explainAnswer(system: SystemSeen, store: TelemetryStore, nowMs: number): ExplainAnswer {
  const until = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const queue = queueOf(DEFAULT_OUTAGE);
  const { statement } = store.aggregates.causeWindow(queue, until - PULSE_SECONDS, until);
  const measured = statsOf(statement ?? new Totals(), PULSE_SECONDS);
  return {
    query: system.query,
    now: system.now,
    ageMs: system.atMs === null ? null : nowMs - system.atMs,
    error: system.error,
    withIndex: system.withIndex,
    withoutIndex: system.withoutIndex,
    measured: {
      requests: measured.requests,
      p50Ms: measured.p50Ms,
      p95Ms: measured.p95Ms,
      seconds: PULSE_SECONDS,
    },
  };
}
