import { plannedMinute, type PlannedMinute } from '../../../report/report';
import { queueOf } from '../../../scenario/causes/all';
import type { Queue } from '../../../scenario/causes/cause';
import { FLOW_ROUTE } from '../../../scenario/flow-alert';
import { predictedFlowAlertMinute } from '../../../scenario/flow-prediction';
import { positionAt, runningMinute } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import type { KnownRun } from '../runs/run-book';
import { causeFigures } from '../store/cause-figures';
import { byTraffic, isCohortRoute, type RunMinute } from '../store/aggregates';
import type { PoolMinute } from '../store/pool-minutes';
import { round, statsOf, Totals, type Stats } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import { flowAlertOf, flowMinutes } from './flow-alert';
import { phasesOf } from './pulse';
import { coveredSeconds } from './summary';

type SeenMinute = ReturnType<typeof seenMinute>;
/** One demo minute: what was wanted, predicted and seen. Rates 0…1, null where nothing was seen. */
export type CurveMinute = PlannedMinute & { [Part in keyof SeenMinute]: SeenMinute[Part] | null };
/** The answer of GET /api/curve. */
export type Curve = ReturnType<typeof curveOf>;

const NOTHING_SEEN = { observed: null, baseline: null, query: null, pool: null };

/** Statistics without their rate a second. */
function byTheMinute({ requests, errors, rpm, errorRate, p50Ms, p95Ms }: Stats): Omit<Stats, 'rate'> {
  return { requests, errors, rpm, errorRate, p50Ms, p95Ms };
}

/** @param seconds of real time that it covers */
function seenMinute(
  seen: RunMinute,
  pool: PoolMinute | null,
  queue: Queue,
  { seconds, complete }: { seconds: number | null; complete: boolean },
) {
  const cohorts = byTraffic(
    seen.series,
    seconds,
    // The curve is about checkouts: in blackfriday-v3 most of the demo cohort only browses.
    (key) => isCohortRoute(key) && (key.traffic !== 'demo' || key.route === FLOW_ROUTE),
  );
  const nothing = statsOf(new Totals(), seconds);
  const { statement, wait } = causeFigures((key) => seen.causes.get(key), queue);
  const query = statement && statsOf(statement, seconds);
  return {
    /** Of the demo cohort's checkouts at the frontend. */
    observed: {
      /** All its requests were answered and have arrived. */
      complete,
      /** Real time it covers so far (s). */
      seconds: seconds === null ? null : round(seconds, 1),
      ...byTheMinute(cohorts.demo ?? nothing),
      lostUsd: round(seen.lostRevenueUsd, 2),
      /** One of so many traces counted, at the least; 1: all. */
      keptOneIn: seen.keptOneIn,
    },
    baseline: byTheMinute(cohorts.baseline ?? nothing),
    /** The outage's statement itself, without the wait for a connection; null also where there is none. */
    query: query && { requests: query.requests, p50Ms: query.p50Ms, p95Ms: query.p95Ms },
    pool: pool && {
      used: round(pool.used, 1),
      waiting: round(pool.waiting, 1),
      waitingPeak: pool.waitingPeak,
      max: pool.max,
      /** Waits given up by requests of this minute. */
      timeouts: wait.errors,
      timeoutsPerSecond: seconds === null || seconds <= 0 ? null : round(wait.errors / seconds, 2),
      waitP95Ms: statsOf(wait, seconds).p95Ms,
    },
  };
}

/** A run as target, prediction and observation by demo minute. */
export function curveOf(
  store: TelemetryStore,
  run: KnownRun,
  effective: EffectiveScenario | null,
  nowMs: number,
) {
  const { scenario, startTimestamp } = run.effective;
  const queue = queueOf(scenario.mode);
  const inForce = run.endedMs === null;
  const position = positionAt(run.effective, nowMs / 1000);
  const current = inForce ? runningMinute(position) : null;
  const seenMinutes = store.aggregates.minutes(run.runId);
  const kept = new Map(seenMinutes.map((minute) => [minute.minute, minute]));
  const full = new Set(
    flowMinutes(seenMinutes, run, nowMs).flatMap((each) => (each.full ? [each.minute] : [])),
  );
  const pools = store.pools.minutes(run.runId);
  const minutes = scenario.expectations.map((expected): CurveMinute => {
    const { minute } = expected;
    const seen = kept.get(minute);
    if (seen === undefined) return { ...plannedMinute(expected), ...NOTHING_SEEN };
    const seconds = coveredSeconds(seen, scenario.minuteSeconds, current, nowMs);
    const covered = { seconds, complete: full.has(minute) };
    return { ...plannedMinute(expected), ...seenMinute(seen, pools.get(minute) ?? null, queue, covered) };
  });
  return {
    runId: run.runId,
    mode: scenario.mode,
    title: scenario.title,
    state: inForce && position.state !== 'normal' ? position.state : ('ended' as const),
    /** Where the clock stands, or stood at the end. */
    minute: inForce ? (position.minute === null ? null : round(position.minute, 2)) : run.endMinute,
    startedAt: startTimestamp === null ? null : new Date(startTimestamp * 1000).toISOString(),
    endedAt: run.endedMs === null ? null : new Date(run.endedMs).toISOString(),
    minuteSeconds: scenario.minuteSeconds,
    /** Demo minutes that are shown: the outage may be held a little longer. */
    durationMinutes: scenario.shownMinutes,
    scale: scenario.scale,
    catalogRows: scenario.catalogRows,
    storageEmulation: scenario.storageEmulation,
    ablation: scenario.ablation,
    phases: phasesOf(scenario),
    minutes,
    flowAlert: {
      ...flowAlertOf(store, run, effective, nowMs),
      predicted_minute: predictedFlowAlertMinute(run.original),
    },
    events: run.events,
    lostUsd: round(store.aggregates.runSeen(run.runId)?.lostRevenueUsd ?? 0, 2),
  };
}
