import { BUCKETS, bucketOf, quantile } from './histogram';
import { RING_SECONDS, SecondSlots } from './second-slots';

/** Requests, errors and latency of something, over some time. */
export class Totals {
  requests = 0;
  errors = 0;
  readonly counts = new Uint32Array(BUCKETS);

  /** @param weight how many requests this one stands for */
  record(durationMs: number, error: boolean, weight = 1): void {
    this.requests += weight;
    if (error) this.errors += weight;
    const bucket = bucketOf(durationMs);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + weight;
  }

  add(other: Totals): void {
    this.requests += other.requests;
    this.errors += other.errors;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.counts[bucket] = (this.counts[bucket] ?? 0) + (other.counts[bucket] ?? 0);
    }
  }
}

export type Stats = ReturnType<typeof statsOf>;

/** @param seconds the time `totals` covers; null when unknown */
export function statsOf(totals: Totals, seconds: number | null) {
  const rate = seconds === null || seconds <= 0 ? null : totals.requests / seconds;
  return {
    requests: totals.requests,
    errors: totals.errors,
    /** errors / requests; null without requests. */
    errorRate: totals.requests === 0 ? null : round(totals.errors / totals.requests, 4),
    /** Requests per second; null when the time covered is unknown. */
    rate: rate === null ? null : round(rate, 3),
    /** Requests per minute. */
    rpm: rate === null ? null : round(rate * 60, 1),
    p50Ms: roundMs(quantile(totals.counts, 0.5)),
    p95Ms: roundMs(quantile(totals.counts, 0.95)),
  };
}

function roundMs(ms: number | null): number | null {
  return ms === null ? null : round(ms, ms < 10 ? 2 : 1);
}

export function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

/** The last seconds of something, one slot per second, at fixed memory (78 kB). */
export class SecondRing {
  private readonly slots = new SecondSlots();
  private readonly requests = new Uint32Array(RING_SECONDS);
  private readonly errors = new Uint32Array(RING_SECONDS);
  private readonly counts = new Uint16Array(RING_SECONDS * BUCKETS);

  /**
   * Records one request that ended in that Unix second; a second already forgotten is ignored.
   * @param weight how many requests it stands for
   */
  record(second: number, durationMs: number, error: boolean, weight = 1): void {
    const slot = this.slots.take(second, (old) => {
      this.requests[old] = 0;
      this.errors[old] = 0;
      this.counts.fill(0, old * BUCKETS, (old + 1) * BUCKETS);
    });
    if (slot === null) return;
    this.requests[slot] = (this.requests[slot] ?? 0) + weight;
    if (error) this.errors[slot] = (this.errors[slot] ?? 0) + weight;
    const index = slot * BUCKETS + bucketOf(durationMs);
    const count = this.counts[index] ?? 0;
    this.counts[index] = Math.min(0xffff, count + weight);
  }

  /** Adds the Unix seconds [from, to) to `totals`. */
  sum(from: number, to: number, totals: Totals): void {
    for (const slot of this.slots.within(from, to)) {
      totals.requests += this.requests[slot] ?? 0;
      totals.errors += this.errors[slot] ?? 0;
      const offset = slot * BUCKETS;
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
        const count = this.counts[offset + bucket] ?? 0;
        if (count > 0) totals.counts[bucket] = (totals.counts[bucket] ?? 0) + count;
      }
    }
  }
}

/** Sums of the last seconds, one slot per second. */
export class SecondSums {
  private readonly slots = new SecondSlots();
  private readonly value = new Float64Array(RING_SECONDS);

  /** Adds to that Unix second; one already forgotten is ignored. */
  add(second: number, value: number): void {
    const slot = this.slots.take(second, (old) => {
      this.value[old] = 0;
    });
    if (slot !== null) this.value[slot] = (this.value[slot] ?? 0) + value;
  }

  /** Over the Unix seconds [from, to). */
  sum(from: number, to: number): number {
    let total = 0;
    for (const slot of this.slots.within(from, to)) total += this.value[slot] ?? 0;
    return total;
  }
}
