/**
 * The load generator's clock: wall time with the resolution of the monotonic clock, and one-shot timers. The only
 * place of this service where timers are made (open-model load is a timetable; nothing else here waits).
 */

export interface Clock {
  /** Unix milliseconds, with fractions. */
  now(): number;
  /** Calls `callback` once, not before `delayMs` have passed (to the timer's resolution, 1 ms); returns a cancel. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Beyond this the wall clock has been set (or the machine slept), and the monotonic one is tied to it anew. */
const RESYNC_MS = 250;

/**
 * The real clock. It is monotonic between steps of the wall clock; after a step (NTP, a laptop that slept) it follows
 * the wall clock again, because the demo's timeline is a Unix timestamp.
 */
export function systemClock(): Clock {
  let offset = Date.now() - performance.now();
  return {
    now: () => {
      const monotonic = performance.now();
      const wall = Date.now();
      if (Math.abs(wall - (monotonic + offset)) > RESYNC_MS) offset = wall - monotonic;
      return monotonic + offset;
    },
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, Math.max(1, delayMs));
      return () => clearTimeout(timer);
    },
  };
}
