import { poolShare } from '../../scenario/pools/pool-share';
import type { EffectiveScenario } from '../../scenario/types';
import { createPool, type InstrumentedPool, type PoolSize } from '../lib/database';

/**
 * The catalog's pools: a bulkhead. The recommendation query has its own, which a scenario shrinks; baseline's reads
 * have theirs, so that they stay green for a real reason; the low-stock shelf may take no more than two.
 */
export interface CatalogPools {
  recommendation: InstrumentedPool;
  baseline: InstrumentedPool;
  lowStock: InstrumentedPool;
}

export function createPools(): CatalogPools {
  return {
    recommendation: createPool({ name: 'recommendation', max: 1 }),
    baseline: createPool({ name: 'baseline' }),
    lowStock: createPool({ name: 'low-stock', max: 2, statementTimeoutMs: 4_000 }),
  };
}

/** The share of one replica in the recommendation pool; at least one connection. */
export function recommendationSize({ scenario }: EffectiveScenario, replicas: number): PoolSize {
  const { max, acquireTimeoutMs } = scenario.pools.recommendation;
  return {
    max: poolShare(max, replicas),
    acquireTimeoutMs,
    statementTimeoutMs: scenario.timeouts.statementMs,
  };
}

/** Makes the pools what the scenario says, while they run. */
export function resizePools(pools: CatalogPools, effective: EffectiveScenario, replicas: number): void {
  pools.recommendation.resize(recommendationSize(effective, replicas));
  const { max, acquireTimeoutMs } = effective.scenario.pools.baseline;
  pools.baseline.resize({ max, acquireTimeoutMs, statementTimeoutMs: 2_000 });
}
