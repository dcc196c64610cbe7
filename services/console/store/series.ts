import { BUCKETS, bucketOf, quantile } from './histogram';

/** Requests, errors and latency of something, over some time. */
export class Totals {
  requests = 0;
  errors = 0;
  readonly counts = new Uint32Array(BUCKETS);

  record(durationMs: number, error: boolean): void {
    this.requests += 1;
    if (error) this.errors += 1;
    const bucket = bucketOf(durationMs);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }

  add(other: Totals): void {
    this.requests += other.requests;
    this.errors += other.errors;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.counts[bucket] = (this.counts[bucket] ?? 0) + (other.counts[bucket] ?? 0);
    }
  }
}

export interface Stats {
  requests: number;
  errors: number;
  /** errors / requests; null without requests. */
  errorRate: number | null;
  /** Requests per second; null when the time covered is unknown. */
  rate: number | null;
  /** Requests per minute. */
  rpm: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
}

/** @param seconds the time `totals` covers; null when unknown */
export function statsOf(totals: Totals, seconds: number | null): Stats {
  const rate = seconds === null || seconds <= 0 ? null : totals.requests / seconds;
  return {
    requests: totals.requests,
    errors: totals.errors,
    errorRate: totals.requests === 0 ? null : round(totals.errors / totals.requests, 4),
    rate: rate === null ? null : round(rate, 3),
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

/** Seconds a ring remembers. */
export const RING_SECONDS = 80;

/** The last seconds of something, one slot per second, at fixed memory (26 kB). */
export class SecondRing {
  private readonly second = new Float64Array(RING_SECONDS).fill(-1);
  private readonly requests = new Uint32Array(RING_SECONDS);
  private readonly errors = new Uint32Array(RING_SECONDS);
  private readonly counts = new Uint16Array(RING_SECONDS * BUCKETS);

  /** Records one request that ended in that Unix second; a second already forgotten is ignored. */
  record(second: number, durationMs: number, error: boolean): void {
    const slot = second % RING_SECONDS;
    const held = this.second[slot] ?? -1;
    if (held > second) return;
    if (held < second) {
      this.second[slot] = second;
      this.requests[slot] = 0;
      this.errors[slot] = 0;
      this.counts.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
    }
    this.requests[slot] = (this.requests[slot] ?? 0) + 1;
    if (error) this.errors[slot] = (this.errors[slot] ?? 0) + 1;
    const index = slot * BUCKETS + bucketOf(durationMs);
    const count = this.counts[index] ?? 0;
    if (count < 0xffff) this.counts[index] = count + 1;
  }

  /** Adds the Unix seconds [from, to) to `totals`. */
  sum(from: number, to: number, totals: Totals): void {
    for (let slot = 0; slot < RING_SECONDS; slot += 1) {
      const second = this.second[slot] ?? -1;
      if (second < from || second >= to || (this.requests[slot] ?? 0) === 0) continue;
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
  private readonly second = new Float64Array(RING_SECONDS).fill(-1);
  private readonly value = new Float64Array(RING_SECONDS);

  /** Adds to that Unix second; one already forgotten is ignored. */
  add(second: number, value: number): void {
    const slot = second % RING_SECONDS;
    const held = this.second[slot] ?? -1;
    if (held > second) return;
    if (held < second) {
      this.second[slot] = second;
      this.value[slot] = 0;
    }
    this.value[slot] = (this.value[slot] ?? 0) + value;
  }

  /** Over the Unix seconds [from, to). */
  sum(from: number, to: number): number {
    let total = 0;
    for (let slot = 0; slot < RING_SECONDS; slot += 1) {
      const second = this.second[slot] ?? -1;
      if (second >= from && second < to) total += this.value[slot] ?? 0;
    }
    return total;
  }
}
