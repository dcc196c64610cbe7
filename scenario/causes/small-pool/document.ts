export interface PoolSettings {
  /** Connections, already scaled, the total over all replicas of product-catalog. */
  max: number;
  /** How long a request waits for a connection before it fails (ms). */
  acquireTimeoutMs: number;
}

/** What this cause puts into a scenario's document. */
export interface PoolPart {
  pools: {
    /** The recommendation query's own pool. */
    recommendation: PoolSettings;
    /** Baseline reads: the bulkhead. Never changed by a scenario. */
    baseline: PoolSettings;
  };
}

/** The recommendation query's pool in normal operations, at scale 1. What a preset says of this cause is in its place. */
export const HEALTHY_POOL: Readonly<PoolSettings> = { max: 100, acquireTimeoutMs: 2000 };

/** Baseline reads have a pool of their own, which no scenario touches. */
export const BASELINE_POOL: Readonly<PoolSettings> = { max: 10, acquireTimeoutMs: 1000 };

/** What its ablation is called. */
export const POOL_ABLATION = 'pool';

/** A pool size multiplied by the scale: whole, at least 1. */
export function scaledPool(max: number, scale: number): number {
  return Math.max(1, Math.round(max * scale));
}

/** The normal pool at a scale. */
export function healthyPool(scale: number): PoolSettings {
  return { ...HEALTHY_POOL, max: scaledPool(HEALTHY_POOL.max, scale) };
}
