import { plannedMinute, type PlannedMinute } from '../../../report/report';
import { queueOf } from '../../../scenario/causes/all';
import { FLOW_ROUTE } from '../../../scenario/flow-alert';
import { predictedFlowAlertMinute } from '../../../scenario/flow-prediction';
import { positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import type { KnownRun, RunEvent } from '../runs/run-book';
import { causeFigures } from '../store/cause-figures';
import { byTraffic, COHORT_ROUTES, FRONTEND } from '../store/aggregates';
import { round, statsOf, Totals, type Stats } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import { flowAlertOf, flowMinutes, type FlowAlertAnswer } from './flow-alert';
import { coveredSeconds } from './summary';

/** One demo minute: what was wanted, predicted and seen. Rates 0…1, null where nothing was seen. */
export interface CurveMinute extends PlannedMinute {
  /** Of the demo cohort's checkouts at the frontend; null before the minute. */
  observed: {
    /** All its requests were answered and have arrived. */
    complete: boolean;
    /** Real time it covers so far (s). */
    seconds: number | null;
    requests: number;
    errors: number;
    rpm: number | null;
    errorRate: number | null;
    p50Ms: number | null;
    p95Ms: number | null;
    lostUsd: number;
    /** One of so many traces counted, at the least; 1: all. */
    keptOneIn: number;
  } | null;
  baseline: Omit<Stats, 'rate'> | null;
  /** The outage's statement itself, without the wait for a connection; null also where there is none. */
  query: { requests: number; p50Ms: number | null; p95Ms: number | null } | null;
  pool: {
    used: number;
    waiting: number;
    waitingPeak: number;
    max: number;
    /** Waits given up by requests of this minute. */
    timeouts: number;
    timeoutsPerSecond: number | null;
    waitP95Ms: number | null;
  } | null;
}

/** The answer of GET /api/curve. */
export interface Curve {
  runId: string;
  mode: string;
  title: string;
  state: 'before_start' | 'running' | 'over' | 'ended';
  /** Where the clock stands, or stood at the end. */
  minute: number | null;
  startedAt: string | null;
  endedAt: string | null;
  minuteSeconds: number;
  /** Demo minutes that are shown: the outage may be held a little longer. */
  durationMinutes: number;
  scale: number;
  catalogRows: number;
  storageEmulation: boolean;
  ablation: string | null;
  phases: { fromMinute: number; name: string; title: string }[];
  minutes: CurveMinute[];
  flowAlert: FlowAlertAnswer & { predicted_minute: number | null };
  events: RunEvent[];
  lostUsd: number;
}

/** A run as target, prediction and observation by demo minute. */
export function curveOf(
  store: TelemetryStore,
  run: KnownRun,
  effective: EffectiveScenario | null,
  nowMs: number,
): Curve {
  const { scenario } = run.effective;
  const queue = queueOf(scenario.mode);
  const inForce = run.endedMs === null;
  const position = positionAt(run.effective, nowMs / 1000);
  const current =
    inForce && position.state === 'running' && position.minute !== null ? Math.floor(position.minute) : null;
  const seenMinutes = store.aggregates.minutes(run.runId);
  const kept = new Map(seenMinutes.map((minute) => [minute.minute, minute]));
  const full = new Set(
    flowMinutes(seenMinutes, run, nowMs).flatMap((each) => (each.full ? [each.minute] : [])),
  );
  const pools = store.pools.minutes(run.runId);
  const minutes = scenario.expectations.map((expected): CurveMinute => {
    const seen = kept.get(expected.minute);
    const pool = pools.get(expected.minute);
    const head = plannedMinute(expected);
    if (seen === undefined) return { ...head, observed: null, baseline: null, query: null, pool: null };
    const seconds = coveredSeconds(seen, scenario.minuteSeconds, current, nowMs);
    const cohorts = byTraffic(
      seen.series,
      seconds,
      // The curve is about checkouts: in blackfriday-v3 most of the demo cohort only browses.
      ({ service, route, traffic }) =>
        service === FRONTEND && (traffic === 'demo' ? route === FLOW_ROUTE : COHORT_ROUTES.includes(route)),
    );
    const nothing = statsOf(new Totals(), seconds);
    const demo = cohorts.demo ?? nothing;
    const baseline = cohorts.baseline ?? nothing;
    const { statement, wait } = causeFigures((key) => seen.causes.get(key), queue);
    const query = statement === null ? null : statsOf(statement, seconds);
    return {
      ...head,
      observed: {
        complete: full.has(expected.minute),
        seconds: seconds === null ? null : round(seconds, 1),
        requests: demo.requests,
        errors: demo.errors,
        rpm: demo.rpm,
        errorRate: demo.errorRate,
        p50Ms: demo.p50Ms,
        p95Ms: demo.p95Ms,
        lostUsd: round(seen.lostRevenueUsd, 2),
        keptOneIn: seen.keptOneIn,
      },
      baseline: {
        requests: baseline.requests,
        errors: baseline.errors,
        rpm: baseline.rpm,
        errorRate: baseline.errorRate,
        p50Ms: baseline.p50Ms,
        p95Ms: baseline.p95Ms,
      },
      query: query === null ? null : { requests: query.requests, p50Ms: query.p50Ms, p95Ms: query.p95Ms },
      pool:
        pool === undefined
          ? null
          : {
              used: round(pool.used, 1),
              waiting: round(pool.waiting, 1),
              waitingPeak: pool.waitingPeak,
              max: pool.max,
              timeouts: wait.errors,
              timeoutsPerSecond: seconds === null || seconds <= 0 ? null : round(wait.errors / seconds, 2),
              waitP95Ms: statsOf(wait, seconds).p95Ms,
            },
    };
  });
  return {
    runId: run.runId,
    mode: scenario.mode,
    title: scenario.title,
    state: !inForce ? 'ended' : position.state === 'normal' ? 'ended' : position.state,
    minute: inForce ? (position.minute === null ? null : round(position.minute, 2)) : run.endMinute,
    startedAt:
      run.effective.startTimestamp === null
        ? null
        : new Date(run.effective.startTimestamp * 1000).toISOString(),
    endedAt: run.endedMs === null ? null : new Date(run.endedMs).toISOString(),
    minuteSeconds: scenario.minuteSeconds,
    durationMinutes: scenario.shownMinutes,
    scale: scenario.scale,
    catalogRows: scenario.catalogRows,
    storageEmulation: scenario.storageEmulation,
    ablation: scenario.ablation,
    phases: scenario.phases.map(({ fromMinute, name, title }) => ({ fromMinute, name, title })),
    minutes,
    flowAlert: {
      ...flowAlertOf(store, run, effective, nowMs),
      predicted_minute: predictedFlowAlertMinute(run.original),
    },
    events: run.events,
    lostUsd: round(store.aggregates.runSeen(run.runId)?.lostRevenueUsd ?? 0, 2),
  };
}
