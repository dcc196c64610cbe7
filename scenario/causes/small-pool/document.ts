import { z } from 'zod';
import { span, type PartOf } from '../../document-values';

export const poolSettings = z.object({
  /** Connections, already scaled, the total over all replicas of its service. */
  max: z.int().min(1).max(100_000),
  /** How long a request waits for a connection before it fails (ms). */
  acquireTimeoutMs: span,
});
export type PoolSettings = z.infer<typeof poolSettings>;

/** What this cause puts into a scenario's document. */
export const POOL_SCHEMA = {
  pools: z.object({
    /** The recommendation query's own pool. */
    recommendation: poolSettings,
    /** Baseline reads: the bulkhead. Never changed by a scenario. */
    baseline: poolSettings,
  }),
};
export type PoolPart = PartOf<typeof POOL_SCHEMA>;

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
