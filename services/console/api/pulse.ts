import { SEED_FLOW_ALERT } from '../../../scenario/flow-alert';
import { BASELINE_ERROR_RATE } from '../../../report/limits';
import { phaseAt, positionAt } from '../../../scenario/timeline';
import type { EffectiveScenario, Phase, Scenario } from '../../../scenario/types';
import { ablationOf, chainOf, deviationsOf, queueOf } from '../../../scenario/causes/all';
import type { ChainLink, PoolSeen, Queue, ShopSeen, Sign } from '../../../scenario/causes/cause';
import type { KnownRun } from '../runs/run-book';
import { COHORT_ROUTES, FRONTEND } from '../store/aggregates';
import { HISTORY_SECONDS, type HistoryPoint } from '../store/history';
import type { MetricValue } from '../store/metric-values';
import { round, statsOf, Totals, type Stats } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import type { SystemSeen } from '../system/database-observer';
import { flowAlertOf, type FlowAlertAnswer } from './flow-alert';
import { poolsOf, type PoolState } from './pools';
import { SETTLE_SECONDS } from './summary';

/** The stage shows the last ten seconds. */
export const PULSE_SECONDS = 10;
/** Orders are fewer than requests. */
const BUSINESS_SECONDS = 60;
const ARRIVING_MS = 10_000;

/** Something the scenario has changed from normal. */
export interface Change extends Omit<Sign, 'seen'> {
  /** Whether the system shows it: PostgreSQL's catalog, the pool's own metric; null: not seen yet. */
  seen: boolean | null;
}

/** Where the run stands, as the page shows it. */
export interface ScenarioPulse {
  source: EffectiveScenario['source'];
  mode: string;
  title: string;
  runId: string;
  state: 'normal' | 'before_start' | 'running' | 'over';
  minute: number | null;
  phase: string;
  phaseTitle: string;
  phases: Pick<Phase, 'fromMinute' | 'name' | 'title'>[];
  /** Real seconds until minute 0; null once it has come. */
  startsInSeconds: number | null;
  paused: boolean;
  /** The cause that was put right, and what that makes of checkouts (see `AblationOf.headline`). */
  ablation: { name: string; well: string; slow: string } | null;
  minuteSeconds: number;
  /** Demo minutes that are shown: the outage may be held a little longer. */
  durationMinutes: number;
  scale: number;
  graded: boolean;
  expiresInSeconds: number | null;
}

/** What the shop lives by, in the last minute. */
export interface BusinessPulse {
  orders: number;
  earnedUsd: number;
  /** Share of the checkouts that became orders; null without any. */
  conversion: number | null;
  /** Mean value of an order (USD); null without any. */
  basketUsd: number | null;
  /** Cards declined, and what could not be had. */
  refused: number;
  /** Since the carts' service started, of both cohorts; null before it said. */
  abandonedCarts: number | null;
}

/** What the page gets once a second. */
export interface Pulse {
  at: string;
  windowSeconds: number;
  scenario: ScenarioPulse | null;
  /** `keptOneIn`: one of so many traces is kept, and stands for them in all figures. */
  telemetry: { arriving: boolean; lastSpanAgeMs: number | null; keptOneIn: number };
  baseline: Stats;
  demo: Stats;
  lost: { usdPerMinute: number; usdInAll: number; runId: string | null };
  business: BusinessPulse;
  flowAlert: FlowAlertAnswer;
  /** Where its checkouts queue. */
  queue: Queue;
  /** From the outage's causes to its effect, each with what shows it now. */
  chain: ChainLink[];
  /** What differs from normal now, as the scenario wants it. */
  changes: Change[];
  pool:
    (PoolState & { queryP50Ms: number | null; queryP95Ms: number | null; waitP95Ms: number | null }) | null;
  point: HistoryPoint;
  /** From where on figures count as degrading (more failures than a verdict lets baseline have), failing (as for the flow alert) and slow. */
  thresholds: { degradingErrorRate: number; failingErrorRate: number; slowP95Ms: number };
  /** How much history the page keeps. */
  historySeconds: number;
}

export interface PulseOptions {
  store: TelemetryStore;
  effective: EffectiveScenario | null;
  run: KnownRun | null;
  system: SystemSeen;
  nowMs: number;
}

/** Everything the stage shows, at one moment. */
export function pulse({ store, effective, run, system, nowMs }: PulseOptions): Pulse {
  const { aggregates } = store;
  const rule = effective?.scenario.flowAlert ?? SEED_FLOW_ALERT;
  const until = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const from = until - PULSE_SECONDS;
  const cohort = (traffic: 'baseline' | 'demo'): Stats =>
    statsOf(
      aggregates.windowOf(
        from,
        until,
        (key) => key.service === FRONTEND && COHORT_ROUTES.includes(key.route) && key.traffic === traffic,
      ),
      PULSE_SECONDS,
    );
  const baseline = cohort('baseline');
  const demo = cohort('demo');
  const usdPerMinute = round((aggregates.lostBetween(from, until) * 60) / PULSE_SECONDS, 2);
  const mode = effective?.scenario.mode ?? 'normal';
  const queue = queueOf(mode);
  const pool = outagePool(store, queue, nowMs);
  const cause = aggregates.causeWindow(queue, from, until);
  const query = statsOf(cause.statement ?? new Totals(), PULSE_SECONDS);
  const shop = shopSeen(store, system, nowMs, query.p50Ms);
  const scenario = effective === null ? null : scenarioPulse(effective, nowMs);
  return {
    at: new Date(nowMs).toISOString(),
    windowSeconds: PULSE_SECONDS,
    scenario,
    telemetry: {
      arriving: store.lastSpanMs !== null && nowMs - store.lastSpanMs <= ARRIVING_MS,
      lastSpanAgeMs: store.lastSpanMs === null ? null : nowMs - store.lastSpanMs,
      keptOneIn: store.gate.oneIn,
    },
    baseline,
    demo,
    lost: {
      usdPerMinute,
      usdInAll: round(run === null ? 0 : (aggregates.runSeen(run.runId)?.lostRevenueUsd ?? 0), 2),
      runId: run?.runId ?? null,
    },
    business: businessPulse(store, until, nowMs),
    flowAlert: flowAlertOf(store, run, effective, nowMs),
    queue,
    chain: chainOf(mode, shop),
    changes: effective === null ? [] : changesOf(effective, shop),
    pool:
      pool === null
        ? null
        : {
            ...pool,
            queryP50Ms: query.p50Ms,
            queryP95Ms: query.p95Ms,
            waitP95Ms: statsOf(cause.wait, PULSE_SECONDS).p95Ms,
          },
    point: {
      at: until,
      minute: scenario?.state === 'running' ? scenario.minute : null,
      baseline: pointOf(baseline),
      demo: pointOf(demo),
      lostUsdPerMinute: usdPerMinute,
    },
    thresholds: {
      degradingErrorRate: BASELINE_ERROR_RATE,
      failingErrorRate: rule.errorRate,
      slowP95Ms: rule.p95Ms,
    },
    historySeconds: HISTORY_SECONDS,
  };
}

/** The pool at which an outage's checkouts queue, from its own metrics; null before they came. */
export function outagePool(store: TelemetryStore, queue: Queue, nowMs: number): PoolState | null {
  const pools = poolsOf(store.metrics.values('db.client.connection.', nowMs));
  return pools.find(({ service, pool }) => service === queue.service && pool === queue.pool) ?? null;
}

function businessPulse(store: TelemetryStore, until: number, nowMs: number): BusinessPulse {
  const { placed, declined, refused, failed, earnedUsd } = store.aggregates.businessBetween(
    until - BUSINESS_SECONDS,
    until,
  );
  const checkouts = placed + declined + refused + failed;
  const abandoned = store.metrics
    .values('shop.cart.abandoned', nowMs)
    .filter(({ name }) => name === 'shop.cart.abandoned');
  return {
    orders: placed,
    earnedUsd: round(earnedUsd, 2),
    conversion: checkouts === 0 ? null : round(placed / checkouts, 4),
    basketUsd: placed === 0 ? null : round(earnedUsd / placed, 2),
    refused: declined + refused,
    abandonedCarts: abandoned.length === 0 ? null : abandoned.reduce((sum, { value }) => sum + value, 0),
  };
}

function pointOf({ rpm, errorRate, p95Ms }: Stats): HistoryPoint['baseline'] {
  return { rpm: rpm ?? 0, errorRate, p95Ms };
}

function ablationPulse(name: Scenario['ablation']): ScenarioPulse['ablation'] {
  const taken = ablationOf(name);
  return taken === null ? null : { name: taken.name, ...taken.headline };
}

function scenarioPulse(effective: EffectiveScenario, nowMs: number): ScenarioPulse {
  const { scenario, startTimestamp, expiresAt } = effective;
  const position = positionAt(effective, nowMs / 1000);
  const waits = position.state === 'before_start' && startTimestamp !== null;
  return {
    source: effective.source,
    mode: scenario.mode,
    title: scenario.title,
    runId: scenario.runId,
    ...position,
    minute: position.minute === null ? null : round(position.minute, 3),
    phase:
      position.minute === null
        ? position.phase
        : (phaseAt(scenario, position.minute)?.name ?? position.phase),
    phases: scenario.phases.map(({ fromMinute, name, title }) => ({ fromMinute, name, title })),
    startsInSeconds: waits ? Math.max(0, Math.round(startTimestamp - nowMs / 1000)) : null,
    paused: effective.pausedAt !== null,
    ablation: ablationPulse(scenario.ablation),
    minuteSeconds: scenario.minuteSeconds,
    durationMinutes: scenario.shownMinutes,
    scale: scenario.scale,
    graded: scenario.expectations.some(({ graded }) => graded),
    expiresInSeconds: expiresAt === null ? null : Math.max(0, Math.round(expiresAt - nowMs / 1000)),
  };
}

const UNSEEN: PoolSeen = { max: null, used: null, pending: null };

/** Of those who asked the cache just now, the share that found something; null: nobody asked. */
function cacheHits(store: TelemetryStore, nowMs: number): number | null {
  const lookups = store.metrics.values('shop.cache.recent_lookups', nowMs);
  const sum = (of: readonly MetricValue[]): number => of.reduce((all, { value }) => all + value, 0);
  const all = sum(lookups);
  return all === 0
    ? null
    : sum(lookups.filter(({ attributes }) => attributes['shop.cache.hit'] === true)) / all;
}

/** What the running shop shows of itself, to whom a cause asks. */
export function shopSeen(
  store: TelemetryStore,
  system: SystemSeen,
  nowMs: number,
  queryMs: number | null,
): ShopSeen {
  const pools = poolsOf(store.metrics.values('db.client.connection.', nowMs));
  return {
    indexes: system.indexes,
    plan: system.now,
    release: (service) => store.metrics.releaseOf(service),
    queryMs,
    cacheHits: cacheHits(store, nowMs),
    pool: (service, name) => pools.find(({ service: of, pool }) => of === service && pool === name) ?? UNSEEN,
  };
}

/** What the scenario in force wants other than normal, and whether the system shows it. */
function changesOf({ scenario }: EffectiveScenario, shop: ShopSeen): Change[] {
  return deviationsOf(scenario).map((sign) => ({ ...sign, seen: sign.seen(shop) }));
}
