import { phaseAt, positionAt, runningMinute } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import { SERVICE_NAMES } from '../../catalog';
import { byTraffic, FRONTEND, isCohortRoute, type RunMinute, type SeriesTotals } from '../store/aggregates';
import type { SeenCohort } from '../store/facts';
import { round, statsOf, Totals, type Stats } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import { poolsOf } from './pools';

/** Spans arrive up to this long after their end (s): exporters send once a second. Windows end so long ago. */
export const SETTLE_SECONDS = 2;
/** Telemetry counts as arriving when a span came within this time (ms). */
const ARRIVING_MS = 10_000;

/** Whether telemetry arrives, and how much of it is kept. */
export function arrivalOf({ lastSpanMs, gate }: TelemetryStore, nowMs: number) {
  return {
    arriving: lastSpanMs !== null && nowMs - lastSpanMs <= ARRIVING_MS,
    lastSpanAgeMs: lastSpanMs === null ? null : nowMs - lastSpanMs,
    /** One of so many traces is kept, and stands for them in all figures; 1: all are. */
    keptOneIn: gate.oneIn,
  };
}

type ByTraffic = Partial<Record<SeenCohort | 'all', Stats>>;

export interface SummaryOptions {
  nowMs: number;
  /** null: the newest. */
  runId: string | null;
  /** Whether the answer lists the run's demo minutes (default: true). */
  minutes?: boolean;
  /** Statistics by service also for each demo minute. */
  minuteServices: boolean;
  effective: EffectiveScenario | null;
  /** The last run, when it is over (Unix ms); null otherwise. */
  ended: { runId: string; atMs: number } | null;
  redis: string | null;
}

/** The answer of GET /api/summary; null when the run asked for is not known. */
export function summarize(store: TelemetryStore, options: SummaryOptions) {
  const { nowMs, effective } = options;
  const { aggregates } = store;
  const runIds = aggregates.runIds();
  if (options.runId !== null && !runIds.includes(options.runId)) return null;
  // The run in force, whatever others telemetry may tell of.
  const inForce = runIds.find((id) => id === effective?.scenario.runId);
  const runId = options.runId ?? inForce ?? runIds[0] ?? null;
  const until = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const window = (seconds: number) => {
    const series = aggregates.window(until - seconds, until);
    const { ended } = options;
    const tail = ended !== null && ended.atMs / 1000 > until - seconds;
    return {
      seconds,
      /** The run that ended within the window: its last failures are in these figures, and no news. */
      tailOfRun: tail ? ended.runId : null,
      ...groups(series, seconds),
      services: services(series, seconds),
    };
  };
  return {
    at: new Date(nowMs).toISOString(),
    settleSeconds: SETTLE_SECONDS,
    scenario: effective === null ? null : scenarioSummary(effective, nowMs),
    telemetry: { ...arrivalOf(store, nowMs), spansReceived: store.spansReceived },
    redis: options.redis,
    windows: { last10s: window(10), last60s: window(60) },
    runs: runIds.flatMap((id) => {
      const seen = aggregates.runSeen(id);
      return seen === null
        ? []
        : [
            {
              runId: id,
              firstSeen: new Date(seen.firstSeenMs).toISOString(),
              lastSeen: new Date(seen.lastSeenMs).toISOString(),
              lostRevenueUsd: round(seen.lostRevenueUsd, 2),
            },
          ];
    }),
    run: runId === null ? null : runSummary(store, runId, options),
    lostRevenueUsd: round(aggregates.totalLostRevenueUsd(), 2),
    pools: poolsOf(store.metrics.values('db.client.connection.', nowMs)),
  };
}

/** Which scenario is in force, and where its run stands. */
export function scenarioHead(effective: EffectiveScenario, nowMs: number) {
  const { scenario } = effective;
  return {
    source: effective.source,
    mode: scenario.mode,
    title: scenario.title,
    runId: scenario.runId,
    ...positionAt(effective, nowMs / 1000),
    paused: effective.pausedAt !== null,
    minuteSeconds: scenario.minuteSeconds,
    /** Demo minutes that are shown: the outage may be held a little longer. */
    durationMinutes: scenario.shownMinutes,
    scale: scenario.scale,
  };
}

function scenarioSummary(effective: EffectiveScenario, nowMs: number) {
  const { scenario } = effective;
  const head = scenarioHead(effective, nowMs);
  return {
    ...head,
    minute: head.minute === null ? null : round(head.minute, 2),
    ablation: scenario.ablation,
    indexes: scenario.indexes,
    pool: scenario.pools.recommendation,
    storageEmulation: scenario.storageEmulation,
  };
}

function runSummary(store: TelemetryStore, runId: string, options: SummaryOptions) {
  const { effective, nowMs } = options;
  const scenario = effective?.scenario.runId === runId ? effective.scenario : null;
  const position = effective === null || scenario === null ? null : positionAt(effective, nowMs / 1000);
  const current = runningMinute(position);
  const kept = options.minutes === false ? [] : store.aggregates.minutes(runId);
  const minutes = kept.map((minute) => {
    const seconds = coveredSeconds(minute, scenario?.minuteSeconds ?? null, current, nowMs);
    return {
      minute: minute.minute,
      phase: (scenario && phaseAt(scenario, minute.minute)?.name) ?? null,
      /** Real time it covers: rates are over it. Less in a minute that is not over. */
      seconds: seconds === null ? null : round(seconds, 1),
      ...groups(minute.series, seconds),
      ...(options.minuteServices ? { services: services(minute.series, seconds) } : {}),
      lostRevenueUsd: round(minute.lostRevenueUsd, 2),
      keptOneIn: minute.keptOneIn,
      flow: minute.flow,
    };
  });
  return {
    runId,
    minuteSeconds: scenario?.minuteSeconds ?? null,
    lostRevenueUsd: round(store.aggregates.runSeen(runId)?.lostRevenueUsd ?? 0, 2),
    minutes,
  };
}

/**
 * The real time (s) a demo minute covers: its length; less while it is not over, more when it was held by a pause.
 * Unknown (null) for a run that is no longer the effective one, unless its requests tell.
 */
export function coveredSeconds(
  minute: Pick<RunMinute, 'minute' | 'firstMs' | 'lastMs'>,
  minuteSeconds: number | null,
  currentMinute: number | null,
  nowMs: number,
): number | null {
  const observed = minute.lastMs > minute.firstMs ? (minute.lastMs - minute.firstMs) / 1000 : null;
  if (minuteSeconds === null) return observed;
  if (minute.minute === currentMinute) {
    return Number.isFinite(minute.firstMs)
      ? Math.max(1, (nowMs - minute.firstMs) / 1000 - SETTLE_SECONDS)
      : null;
  }
  // Requests of a minute end up to some seconds after it; only far more than that is a pause.
  return observed !== null && observed > minuteSeconds + HELD_SECONDS ? observed : minuteSeconds;
}

const HELD_SECONDS = 10;

function groups(series: readonly SeriesTotals[], seconds: number | null) {
  const cohorts = byTraffic(series, seconds, isCohortRoute);
  const empty = statsOf(new Totals(), seconds);
  return {
    /** From the frontend's /api/browse and /api/checkout. */
    traffic: { baseline: cohorts.baseline ?? empty, demo: cohorts.demo ?? empty },
    /** product-catalog's and frontend's routes. */
    routes: series
      .filter(
        ({ key, totals }) =>
          (key.service === 'product-catalog' || key.service === FRONTEND) && totals.requests > 0,
      )
      .map(({ key, totals }) => ({ ...key, ...statsOf(totals, seconds) }))
      .sort((a, b) => a.service.localeCompare(b.service) || a.route.localeCompare(b.route)),
  };
}

function services(series: readonly SeriesTotals[], seconds: number | null): Record<string, ByTraffic> {
  const names = new Set(series.filter(({ totals }) => totals.requests > 0).map(({ key }) => key.service));
  const ordered = [...SERVICE_NAMES.filter((name) => names.delete(name)), ...names];
  return Object.fromEntries(
    ordered.map((name) => [name, byTraffic(series, seconds, (key) => key.service === name)]),
  );
}
