import { z } from 'zod';
import { minute, share, span } from '../../document-values';
import { lowDiscrepancy, scattered } from '../low-discrepancy';

const cache = z.object({
  /** The catalog keeps each customer's recommendations in Redis. */
  enabled: z.boolean(),
  /** How long they are kept (s), on average. */
  ttlSeconds: z.int().min(1).max(86_400),
  /** Who misses what another one is already reading waits for that, and it is kept whoever waits. */
  singleFlight: z.boolean(),
  /** How many customers the orders of a run come from, scaled; 0: from all that there are. */
  customers: z.int().min(0).max(100_000),
  /** Customers who give their recommendations less time than the others: their share (0…1), and the time (ms). */
  impatient: z.object({ share, patienceMs: span }),
  /** The demo minute at which the cache is emptied; null: never. */
  emptiedAt: minute.nullable(),
});
export interface CachePart {
  cache: z.infer<typeof cache>;
}

/** What a preset says of this cause, at scale 1. */
export type CacheSettings = Pick<CachePart['cache'], 'ttlSeconds' | 'customers' | 'impatient'>;

/** Every recommendation is asked of PostgreSQL. */
export const HEALTHY_CACHE: Readonly<CachePart['cache']> = {
  enabled: false,
  ttlSeconds: 16,
  singleFlight: false,
  customers: 0,
  impatient: { share: 0, patienceMs: 5000 },
  emptiedAt: null,
};

/** What this cause puts into a scenario's document. One of before it was there is healthy. */
export const CACHE_SCHEMA = { cache: cache.default(HEALTHY_CACHE) };

/** The ablation's: longer than it takes to fill the cache with what is left of the pool's work. */
export const LONG_TTL_SECONDS = 150;

/** What its ablations are called. */
export const FLIGHT_ABLATION = 'single-flight';
export const TTL_ABLATION = 'ttl';

/** What all keys of the cache begin with. */
export const CACHE_PREFIX = 'recommendations:';

/** Lifetimes differ by this share, up and down: what was written at once doesn't end at once. */
const SPREAD = 0.3;

/** How long entry number `n` of those that are written is kept (whole s, at least 1). */
export function lifetimeSeconds(ttlSeconds: number, n: number): number {
  return Math.max(1, Math.round(ttlSeconds * (1 - SPREAD + 2 * SPREAD * scattered(n))));
}

/** Who places order number `n` (0…customers − 1), and whether he is one of the impatient. */
export function customerOf(
  { customers, impatient }: Pick<CachePart['cache'], 'customers' | 'impatient'>,
  n: number,
): { customer: number; isImpatient: boolean } {
  // Evenly drawn patience would keep step with the pool, which serves every third or so: scattered, it does not.
  return { customer: Math.floor(lowDiscrepancy(n) * customers), isImpatient: scattered(n) < impatient.share };
}
