/**
 * Latency buckets: 24 to an octave from 0.1 ms up (20 octaves: to 105 s, and one bucket beyond), so a quantile is
 * within 3 % of the true one: less than what witnesses of one run may differ by. An array of counts per bucket is the whole histogram.
 */
const FIRST_MS = 0.1;
const PER_OCTAVE = 24;
const OCTAVES = 20;

/** Number of buckets: one below the first bound, 480 regular ones, one beyond. */
export const BUCKETS = OCTAVES * PER_OCTAVE + 2;

/** The bucket of a duration (ms). */
export function bucketOf(ms: number): number {
  if (!(ms > FIRST_MS)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log2(ms / FIRST_MS) * PER_OCTAVE));
}

/** Lower bound (ms) of a bucket. */
export function lowerBoundOf(bucket: number): number {
  return bucket === 0 ? 0 : FIRST_MS * 2 ** ((bucket - 1) / PER_OCTAVE);
}

/**
 * The q-quantile (0…1) in ms, linear within its bucket; null for an empty histogram.
 * @param counts counts per bucket
 */
export function quantile(counts: ArrayLike<number>, q: number): number | null {
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) total += counts[bucket] ?? 0;
  if (total === 0) return null;
  const rank = q * total;
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count > 0 && seen + count >= rank) {
      const low = lowerBoundOf(bucket);
      const high = bucket === BUCKETS - 1 ? low : lowerBoundOf(bucket + 1);
      return low + (high - low) * ((rank - seen) / count);
    }
    seen += count;
  }
  return lowerBoundOf(BUCKETS - 1);
}
