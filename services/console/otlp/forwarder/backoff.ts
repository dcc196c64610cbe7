/** First and longest wait after a failure that may pass (ms). */
const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;
/** No end point decides that we wait for longer (ms). */
const LONGEST_ASKED_MS = 60_000;

/**
 * How long to wait after the nth failure in a row: exponential, with jitter, so that many shops that lost the same
 * end point don't come back to it in step.
 *
 * @param failures in a row, from 1
 * @param random from 0 to 1
 */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return full / 2 + (full / 2) * random;
}

/** What `Retry-After` asks for (ms from now), in seconds or as a date; null where it says nothing we can follow. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(LONGEST_ASKED_MS, Math.max(0, ms)) : null;
}
