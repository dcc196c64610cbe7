import { SEED_FLOW_ALERT } from '../../../scenario/flow-alert';
import { BASELINE_ERROR_RATE } from '../../../report/limits';
import { phaseAt } from '../../../scenario/timeline';
import type { EffectiveScenario, Phase, Scenario } from '../../../scenario/types';
import { ablationOf, chainOf, deviationsOf, queueOf } from '../../../scenario/causes/all';
import type { PoolSeen, Queue, ShopSeen, Sign } from '../../../scenario/causes/cause';
import type { KnownRun } from '../runs/run-book';
import { isCohortRoute } from '../store/aggregates';
import { HISTORY_SECONDS, type HistoryPoint } from '../store/history';
import type { MetricValue } from '../store/metric-values';
import { round, statsOf, Totals, type Stats } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import type { SystemSeen } from '../system/database-observer';
import { flowAlertOf } from './flow-alert';
import { poolsOf, type PoolState } from './pools';
import { arrivalOf, scenarioHead, SETTLE_SECONDS } from './summary';

/** The stage shows the last ten seconds. */
export const PULSE_SECONDS = 10;
/** Orders are fewer than requests. */
const BUSINESS_SECONDS = 60;

/** Something the scenario has changed from normal. */
export interface Change extends Omit<Sign, 'seen'> {
  /** Whether the system shows it: PostgreSQL's catalog, the pool's own metric; null: not seen yet. */
  seen: boolean | null;
}

/** What the page gets once a second. */
export type Pulse = ReturnType<typeof pulse>;
/** Where the run stands, as the page shows it. */
export type ScenarioPulse = ReturnType<typeof scenarioPulse>;

/** Everything the stage shows, at one moment. */
export function pulse(
  store: TelemetryStore,
  run: KnownRun | null,
  effective: EffectiveScenario | null,
  system: SystemSeen,
  nowMs: number,
) {
  const { aggregates } = store;
  const rule = effective?.scenario.flowAlert ?? SEED_FLOW_ALERT;
  const until = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const from = until - PULSE_SECONDS;
  const cohort = (traffic: 'baseline' | 'demo'): Stats =>
    statsOf(
      aggregates.windowOf(from, until, (key) => isCohortRoute(key) && key.traffic === traffic),
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
    telemetry: arrivalOf(store, nowMs),
    baseline,
    demo,
    lost: {
      usdPerMinute,
      usdInAll: round(run === null ? 0 : (aggregates.runSeen(run.runId)?.lostRevenueUsd ?? 0), 2),
      runId: run?.runId ?? null,
    },
    business: businessPulse(store, until, nowMs),
    flowAlert: flowAlertOf(store, run, effective, nowMs),
    /** Where its checkouts queue. */
    queue,
    /** From the outage's causes to its effect, each with what shows it now. */
    chain: chainOf(mode, shop),
    /** What differs from normal now, as the scenario wants it. */
    changes: effective === null ? [] : changesOf(effective, shop),
    pool: pool && {
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
    /** From where on figures count as degrading (more failures than a verdict lets baseline have), failing (as for the flow alert) and slow. */
    thresholds: {
      degradingErrorRate: BASELINE_ERROR_RATE,
      failingErrorRate: rule.errorRate,
      slowP95Ms: rule.p95Ms,
    },
    /** How much history the page keeps. */
    historySeconds: HISTORY_SECONDS,
  };
}

/** The pool at which an outage's checkouts queue, from its own metrics; null before they came. */
export function outagePool(store: TelemetryStore, queue: Queue, nowMs: number): PoolState | null {
  const pools = poolsOf(store.metrics.values('db.client.connection.', nowMs));
  return pools.find(({ service, pool }) => service === queue.service && pool === queue.pool) ?? null;
}

/** What the shop lives by, in the last minute. */
function businessPulse(store: TelemetryStore, until: number, nowMs: number) {
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
    /** Share of the checkouts that became orders; null without any. */
    conversion: checkouts === 0 ? null : round(placed / checkouts, 4),
    /** Mean value of an order (USD); null without any. */
    basketUsd: placed === 0 ? null : round(earnedUsd / placed, 2),
    /** Cards declined, and what could not be had. */
    refused: declined + refused,
    /** Since the carts' service started, of both cohorts; null before it said. */
    abandonedCarts: abandoned.length === 0 ? null : abandoned.reduce((sum, { value }) => sum + value, 0),
  };
}

function pointOf({ rpm, errorRate, p95Ms }: Stats): HistoryPoint['baseline'] {
  return { rpm: rpm ?? 0, errorRate, p95Ms };
}

function scenarioPulse(effective: EffectiveScenario, nowMs: number) {
  const { scenario, startTimestamp, expiresAt } = effective;
  const head = scenarioHead(effective, nowMs);
  const { minute } = head;
  const waits = head.state === 'before_start' && startTimestamp !== null;
  const taken = ablationOf(scenario.ablation);
  return {
    ...head,
    minute: minute === null ? null : round(minute, 3),
    phase: minute === null ? head.phase : (phaseAt(scenario, minute)?.name ?? head.phase),
    phases: phasesOf(scenario),
    /** Real seconds until minute 0; null once it has come. */
    startsInSeconds: waits ? Math.max(0, Math.round(startTimestamp - nowMs / 1000)) : null,
    /** The cause that was put right, and what that makes of checkouts (see `AblationOf.headline`). */
    ablation: taken && { name: taken.name, ...taken.headline },
    graded: scenario.expectations.some(({ graded }) => graded),
    expiresInSeconds: expiresAt === null ? null : Math.max(0, Math.round(expiresAt - nowMs / 1000)),
  };
}

/** The phases of an outage, as the page shows them. */
export function phasesOf({ phases }: Scenario): Pick<Phase, 'fromMinute' | 'name' | 'title'>[] {
  return phases.map(({ fromMinute, name, title }) => ({ fromMinute, name, title }));
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
