import { positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import { SERVICE_NAMES } from '../../catalog';
import {
  byTraffic,
  COHORT_ROUTES,
  FRONTEND,
  type RunMinute,
  type SeriesKey,
  type SeriesTotals,
} from '../store/aggregates';
import type { SeenCohort } from '../store/facts';
import { round, statsOf, Totals, type Stats } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import { poolsOf, type PoolState } from './pools';

/** Spans arrive up to this long after their end (s): exporters send once a second. Windows end so long ago. */
export const SETTLE_SECONDS = 2;
export const WINDOWS = { last10s: 10, last60s: 60 } as const;
/** Telemetry counts as arriving when a span came within this time (ms). */
const ARRIVING_MS = 10_000;

type ByTraffic = Partial<Record<SeenCohort | 'all', Stats>>;

interface RouteStats extends Stats {
  service: string;
  route: string;
  traffic: SeenCohort;
}

export interface WindowSummary {
  seconds: number;
  /** The run that ended within the window: its last failures are in these figures, and no news. Null without one. */
  tailOfRun: string | null;
  /** From the frontend's /api/browse and /api/checkout. */
  traffic: { baseline: Stats; demo: Stats };
  services: Record<string, ByTraffic>;
  /** product-catalog's and frontend's routes. */
  routes: RouteStats[];
}

export interface MinuteSummary {
  minute: number;
  phase: string | null;
  /** Seconds of real time it covers: rates are over them. Fewer in a minute that is not over. */
  seconds: number | null;
  traffic: { baseline: Stats; demo: Stats };
  services?: Record<string, ByTraffic>;
  routes: RouteStats[];
  lostRevenueUsd: number;
  /** One of so many traces counted, at the least; 1: all. */
  keptOneIn: number;
  /** How often each attribute was seen on a demo span: the flow alert's inputs. */
  flow: RunMinute['flow'];
}

export interface Summary {
  at: string;
  settleSeconds: number;
  scenario: ScenarioSummary | null;
  telemetry: {
    arriving: boolean;
    lastSpanAgeMs: number | null;
    spansReceived: number;
    /** One of so many traces is kept, and stands for them in all figures; 1: all are. */
    keptOneIn: number;
  };
  redis: string | null;
  windows: Record<keyof typeof WINDOWS, WindowSummary>;
  runs: { runId: string; firstSeen: string; lastSeen: string; lostRevenueUsd: number }[];
  run: {
    runId: string;
    minuteSeconds: number | null;
    lostRevenueUsd: number;
    minutes: MinuteSummary[];
  } | null;
  lostRevenueUsd: number;
  pools: PoolState[];
}

export interface ScenarioSummary {
  source: 'desired' | 'override';
  mode: string;
  title: string;
  runId: string;
  state: string;
  minute: number | null;
  phase: string;
  phaseTitle: string;
  paused: boolean;
  ablation: string | null;
  minuteSeconds: number;
  /** Demo minutes that are shown: the outage may be held a little longer. */
  durationMinutes: number;
  scale: number;
  indexes: Record<string, string>;
  pool: { max: number; acquireTimeoutMs: number };
  storageEmulation: boolean;
}

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
export function summarize(store: TelemetryStore, options: SummaryOptions): Summary | null {
  const { nowMs, effective } = options;
  const { aggregates } = store;
  const runIds = aggregates.runIds();
  if (options.runId !== null && !runIds.includes(options.runId)) return null;
  // The run in force, whatever others telemetry may tell of.
  const inForce = runIds.find((id) => id === effective?.scenario.runId);
  const runId = options.runId ?? inForce ?? runIds[0] ?? null;
  const until = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const window = (seconds: number): WindowSummary => {
    const series = aggregates.window(until - seconds, until);
    const { ended } = options;
    const tail = ended !== null && ended.atMs / 1000 > until - seconds;
    return {
      seconds,
      tailOfRun: tail ? ended.runId : null,
      ...groups(series, seconds),
      services: services(series, seconds),
    };
  };
  return {
    at: new Date(nowMs).toISOString(),
    settleSeconds: SETTLE_SECONDS,
    scenario: effective === null ? null : scenarioSummary(effective, nowMs),
    telemetry: {
      arriving: store.lastSpanMs !== null && nowMs - store.lastSpanMs <= ARRIVING_MS,
      lastSpanAgeMs: store.lastSpanMs === null ? null : nowMs - store.lastSpanMs,
      spansReceived: store.spansReceived,
      keptOneIn: store.gate.oneIn,
    },
    redis: options.redis,
    windows: { last10s: window(WINDOWS.last10s), last60s: window(WINDOWS.last60s) },
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

function scenarioSummary(effective: EffectiveScenario, nowMs: number): ScenarioSummary {
  const { scenario } = effective;
  const position = positionAt(effective, nowMs / 1000);
  return {
    source: effective.source,
    mode: scenario.mode,
    title: scenario.title,
    runId: scenario.runId,
    ...position,
    minute: position.minute === null ? null : round(position.minute, 2),
    paused: effective.pausedAt !== null,
    ablation: scenario.ablation,
    minuteSeconds: scenario.minuteSeconds,
    durationMinutes: scenario.shownMinutes,
    scale: scenario.scale,
    indexes: scenario.indexes,
    pool: scenario.pools.recommendation,
    storageEmulation: scenario.storageEmulation,
  };
}

function runSummary(
  store: TelemetryStore,
  runId: string,
  options: SummaryOptions,
): NonNullable<Summary['run']> {
  const { effective, nowMs } = options;
  const scenario = effective?.scenario.runId === runId ? effective.scenario : null;
  const position = effective === null || scenario === null ? null : positionAt(effective, nowMs / 1000);
  const current =
    position?.state === 'running' && position.minute !== null ? Math.floor(position.minute) : null;
  const kept = options.minutes === false ? [] : store.aggregates.minutes(runId);
  const minutes = kept.map((minute): MinuteSummary => {
    const seconds = coveredSeconds(minute, scenario?.minuteSeconds ?? null, current, nowMs);
    return {
      minute: minute.minute,
      phase: scenario?.phases.findLast(({ fromMinute }) => fromMinute <= minute.minute)?.name ?? null,
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

function groups(
  series: readonly SeriesTotals[],
  seconds: number | null,
): { traffic: { baseline: Stats; demo: Stats }; routes: RouteStats[] } {
  const cohorts = byTraffic(series, seconds, isCohortRoute);
  const empty = statsOf(new Totals(), seconds);
  return {
    traffic: { baseline: cohorts.baseline ?? empty, demo: cohorts.demo ?? empty },
    routes: series
      .filter(
        ({ key, totals }) =>
          (key.service === 'product-catalog' || key.service === FRONTEND) && totals.requests > 0,
      )
      .map(({ key, totals }) => ({ ...key, ...statsOf(totals, seconds) }))
      .sort((a, b) => a.service.localeCompare(b.service) || a.route.localeCompare(b.route)),
  };
}

function isCohortRoute({ service, route }: SeriesKey): boolean {
  return service === FRONTEND && COHORT_ROUTES.includes(route);
}

function services(series: readonly SeriesTotals[], seconds: number | null): Record<string, ByTraffic> {
  const names = new Set(series.filter(({ totals }) => totals.requests > 0).map(({ key }) => key.service));
  const ordered = [...SERVICE_NAMES.filter((name) => names.delete(name)), ...names];
  return Object.fromEntries(
    ordered.map((name) => [name, byTraffic(series, seconds, (key) => key.service === name)]),
  );
}
