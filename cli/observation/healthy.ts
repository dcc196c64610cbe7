import { poolOver } from '../../scenario/pools/pool-share';
import type { FoundIndexes } from '../../scenario/apply';
import type { Scenario } from '../../scenario/types';
import { messageOf } from '../../machine/errors';
import { percent } from '../../report/format';
import { HEALED_ERROR_RATE } from '../../report/limits';
import { wrongIndexes, type Conductor } from '../target/conductor';
import type { TelemetrySummary } from './answers';
import { look, until, type Look, type Patience } from './look';
import type { ShopObserver } from './shop-observer';

/** Failed checkouts of the last ten seconds. */
export interface CheckoutsSeen {
  requests: number;
  errors: number;
  /** Null when none ended. */
  errorRate: number | null;
}

/** The recommendation pool of all replicas of product-catalog together. */
export interface PoolSeen {
  /** Connections it may have now; null where a replica doesn't tell. */
  size: number | null;
  /** Connections it should have: the total, as whole shares of it add up. */
  expected: number;
  replicas: number;
}

/** Whether every known index is what a scenario wants. */
export async function lookAtIndexes(
  scenario: Pick<Scenario, 'indexes'>,
  conductor: Pick<Conductor, 'readIndexes'>,
): Promise<Look<FoundIndexes>> {
  const found = await conductor.readIndexes();
  return look(found, wrongIndexes(scenario, found));
}

/** Whether the recommendation pool has `total` connections over all replicas. */
export async function lookAtPool(
  total: number,
  observer: Pick<ShopObserver, 'recommendationPool'>,
): Promise<Look<PoolSeen>> {
  const { size, replicas } = await observer.recommendationPool();
  const expected = poolOver(total, replicas);
  return look(
    { size, expected, replicas },
    size === expected
      ? null
      : `the recommendation pool is ${String(size ?? 'unknown')}, should be ${String(expected)}`,
  );
}

/** Whether checkouts succeed: fewer than 2 % of the last ten seconds' failed. */
export async function lookAtCheckouts(observer: Pick<ShopObserver, 'traffic'>): Promise<Look<CheckoutsSeen>> {
  const { requests, errors } = (await observer.traffic()).demo.last10s;
  const errorRate = requests === 0 ? null : errors / requests;
  const seen = { requests, errors, errorRate };
  if (errorRate === null) return look(seen, 'no demo checkout ended in the last ten seconds');
  return look(
    seen,
    errorRate < HEALED_ERROR_RATE
      ? null
      : `${percent(errorRate)} of the demo checkouts of the last ten seconds failed (less than 2 %)`,
  );
}

/** Whether spans of both cohorts came within the last minute, and still come. */
export async function lookAtTelemetry(
  observer: Pick<ShopObserver, 'telemetry'>,
): Promise<Look<TelemetrySummary>> {
  const seen = await observer.telemetry();
  const { arriving, baselineRequests, demoRequests } = seen;
  if (!arriving) return look(seen, `the console received no spans for ${spanAge(seen)}`);
  return look(
    seen,
    baselineRequests > 0 && demoRequests > 0
      ? null
      : `the console has ${baselineRequests} baseline and ${demoRequests} demo requests of the last minute`,
  );
}

/** How old the latest span is, for a person. */
export function spanAge({ lastSpanAgeMs }: Pick<TelemetrySummary, 'lastSpanAgeMs'>): string {
  return lastSpanAgeMs === null ? 'its whole life' : `${(lastSpanAgeMs / 1000).toFixed(1)} s`;
}

/** What was seen of a shop that is to be well again; each null where nobody answered. */
export interface HealthSeen {
  indexes: FoundIndexes | null;
  pool: PoolSeen | null;
  checkouts: CheckoutsSeen | null;
  /** What keeps it from being well, one by one. */
  problems: string[];
}

/** Waits until a shop is well: indexes and pool as a scenario wants them, and hardly a checkout fails. */
export async function untilHealthy(
  scenario: Pick<Scenario, 'indexes' | 'pools'>,
  {
    conductor,
    observer,
  }: {
    conductor: Pick<Conductor, 'readIndexes'>;
    observer: Pick<ShopObserver, 'recommendationPool' | 'traffic'>;
  },
  patience: Patience,
): Promise<HealthSeen> {
  const found = await until(async () => {
    const [indexes, pool, checkouts] = await Promise.all([
      answered('PostgreSQL', lookAtIndexes(scenario, conductor)),
      answered('product-catalog', lookAtPool(scenario.pools.recommendation.max, observer)),
      answered('load-generator', lookAtCheckouts(observer)),
    ]);
    const problems = [indexes, pool, checkouts].flatMap(({ problem }) => (problem === null ? [] : [problem]));
    const seen = { indexes: indexes.seen, pool: pool.seen, checkouts: checkouts.seen, problems };
    return look(seen, problems);
  }, patience);
  // A look that never throws has always seen something.
  return found.seen ?? { indexes: null, pool: null, checkouts: null, problems: [found.problem ?? ''] };
}

/** Who did not answer is the problem. */
async function answered<T>(who: string, looking: Promise<Look<T>>): Promise<Look<T>> {
  return looking.catch((error: unknown): Look<T> => ({
    problem: `${who} does not answer (${messageOf(error)})`,
    seen: null,
  }));
}
