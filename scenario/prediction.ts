import { curvePieces, timeUntil } from './rates';
import { EXTENTS } from './sql/catalog';
import type { StorageStep } from './types';

/**
 * What a run will show, by simulation of the pool: open-model arrivals, a FIFO queue in front of N connections,
 * an acquire timeout. Deterministic, and fast enough for every `resolveScenario` (100,000 requests in ~10 ms).
 */

export interface SimulationInput {
  minuteSeconds: number;
  durationMinutes: number;
  /** Offered rate, rpm, piecewise linear over demo minutes, held after the last. */
  points: readonly { minute: number; rpm: number }[];
  connections: number;
  acquireTimeoutMs: number;
  /** How long a query holds its connection: a constant (ms), or the storage steps of paced scans. */
  hold: number | readonly StorageStep[];
}

/** One demo minute's requests: those that were *scheduled* in it, however late they ended. */
export interface SimulatedMinute {
  minute: number;
  requests: number;
  failed: number;
  /** failed / requests, 0 without requests. */
  errorRate: number;
  /** Wait and query of the answered requests (ms); null if there were none. */
  p50Ms: number | null;
  p95Ms: number | null;
  /** The same over all requests: a failed one took the acquire timeout. Null without requests. */
  allP95Ms: number | null;
}

/**
 * Starts of an open-model load in seconds after minute 0: evenly spaced along the rate, the n-th where the
 * integral of the rate reaches n. The load generator schedules by the same rule.
 */
export function arrivalTimes(
  points: readonly { minute: number; rpm: number }[],
  minuteSeconds: number,
  durationMinutes: number,
): Float64Array {
  const pieces = curvePieces(points, durationMinutes).map(({ from, to, startRpm, endRpm }) => {
    const seconds = (to - from) * minuteSeconds;
    const [rate, endRate] = [startRpm / 60, endRpm / 60];
    return {
      from: from * minuteSeconds,
      rate,
      slope: (endRate - rate) / seconds,
      arrivals: ((rate + endRate) / 2) * seconds,
    };
  });
  // A tolerance, so that rounding doesn't lose the arrival that falls on the end of a piece.
  const total = pieces.reduce((sum, { arrivals }) => sum + arrivals, 1e-9);
  const times = new Float64Array(Math.floor(total));
  let count = 0;
  let before = 0;
  for (const { from, rate, slope, arrivals } of pieces) {
    before += arrivals;
    while (count < times.length && count + 1 <= before + 1e-9) {
      times[count] = from + timeUntil(count + 1 - (before - arrivals), rate, slope);
      count++;
    }
  }
  return times.subarray(0, count);
}

/**
 * Runs the load through the pool. FIFO: the oldest waiter gets the connection that comes free first; a waiter
 * not served within the acquire timeout fails and takes no connection. So each arrival needs only the earliest
 * free connection, and starts never decrease: no event queue is needed.
 */
export function simulatePool(input: SimulationInput): SimulatedMinute[] {
  const times = arrivalTimes(input.points, input.minuteSeconds, input.durationMinutes);
  const timeout = input.acquireTimeoutMs / 1000;
  const scan = scanClock(input.hold, input.minuteSeconds);

  // When each connection comes free, ascending, as a ring: the earliest is taken off the head, a new one is
  // sorted in from the tail, where it nearly always belongs.
  const size = input.connections;
  const free = new Float64Array(size);
  let head = 0;

  const latencies = times.map((arrival) => {
    const start = Math.max(arrival, free[head] ?? 0);
    if (start - arrival > timeout) return Infinity;
    const end = scan(start);
    let slot = head;
    head = (head + 1) % size;
    while (slot !== head) {
      const previous = (slot + size - 1) % size;
      const value = free[previous] ?? 0;
      if (value <= end) break;
      free[slot] = value;
      slot = previous;
    }
    free[slot] = end;
    return end - arrival;
  });
  return byMinute(times, input, timeout, [latencies]);
}

/**
 * What a run's requests make, minute by minute.
 *
 * @param times of their starts, in s after minute 0
 * @param timeout what a failed one took, in s
 * @param plays how long each took, in s, infinite for one that failed; once, or several times with other customers
 */
export function byMinute(
  times: Float64Array,
  { minuteSeconds, durationMinutes }: Pick<SimulationInput, 'minuteSeconds' | 'durationMinutes'>,
  timeout: number,
  plays: readonly Float64Array[],
): SimulatedMinute[] {
  let first = 0;
  return Array.from({ length: Math.ceil(durationMinutes) }, (_, minute) => {
    let end = first;
    while (end < times.length && (times[end] ?? 0) < (minute + 1) * minuteSeconds) end++;
    const answered = plays.flatMap((latencies) => [
      ...latencies.subarray(first, end).filter((seconds) => seconds < Infinity),
    ]);
    const requests = (end - first) * plays.length;
    first = end;
    return summarise(minute, requests, Float64Array.from(answered), timeout);
  });
}

/** What a minute's requests make. @param answered their latencies, in s @param timeout what a failed one took, in s */
function summarise(
  minute: number,
  requests: number,
  answered: Float64Array,
  timeout: number,
): SimulatedMinute {
  answered.sort();
  const failed = requests - answered.length;
  return {
    minute,
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    p50Ms: quantileMs(answered, 0.5),
    p95Ms: quantileMs(answered, 0.95),
    allP95Ms: quantileMs(withFailed(answered, failed, timeout), 0.95),
  };
}

/** The answered latencies (sorted) and as many times the timeout as requests failed, sorted. */
function withFailed(answered: Float64Array, failed: number, timeout: number): Float64Array {
  if (failed === 0) return answered;
  const all = new Float64Array(answered.length + failed).fill(timeout);
  all.set(answered);
  return all.sort();
}

/** Nearest-rank quantile of sorted seconds, in whole ms. */
function quantileMs(sorted: Float64Array, q: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  return value === undefined ? null : Math.round(value * 1000);
}

/**
 * When a query that starts at a moment ends (seconds after minute 0); asked with starts that never decrease.
 * A paced scan may not pass extent k before its start + k · read, with the read time of *now*: when the storage
 * step changes under a running scan its duration follows, upwards by at most 2 · read an extent.
 */
function scanClock(hold: number | readonly StorageStep[], minuteSeconds: number): (start: number) => number {
  if (typeof hold === 'number') {
    const seconds = hold / 1000;
    return (start) => start + seconds;
  }
  const from = Float64Array.from(hold, (step) => step.minute * minuteSeconds);
  const read = Float64Array.from(hold, (step) => step.scanMs / 1000 / EXTENTS);
  let current = 0;
  return (start) => {
    while (current + 1 < from.length && (from[current + 1] ?? Infinity) <= start) current++;
    let step = current;
    let pace = read[step] ?? 0;
    let end = start + EXTENTS * pace;
    let since = start;
    let done = 0;
    for (;;) {
      const change = from[step + 1];
      if (change === undefined || change >= end) return end;
      done = Math.max(done + (change - since) / (2 * pace), (change - start) / pace);
      step++;
      pace = read[step] ?? 0;
      since = change;
      end = Math.max(change, Math.min(start + EXTENTS * pace, change + 2 * pace * (EXTENTS - done)));
    }
  };
}
