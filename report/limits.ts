/**
 * What a run is held against, in one place: the verdict, the checks of a shop without an outage, and the console's
 * page (which gets them from the server) use these.
 */

/** Baseline: most failed journeys (share), and slowest answers (p95, ms). */
export const BASELINE_ERROR_RATE = 0.02;
export const CATALOG_P95_MS = 120;
export const JOURNEY_P95_MS = 500;
/** A minute-long window with fewer requests says nothing about a 95th percentile. */
export const LEAST_REQUESTS = 20;

/** Healed: fewer demo checkouts of the last ten seconds fail (share). */
export const HEALED_ERROR_RATE = 0.02;

/**
 * How far a graded minute may lie from its target (share): 5 points at 60 s minutes, 8 at 6 s, linear between: short
 * minutes have fewer requests, and waits that reach into the next minute.
 */
export function bandOf(minuteSeconds: number): number {
  const shortness = (60 - Math.min(60, Math.max(6, minuteSeconds))) / (60 - 6);
  return 0.05 + shortness * 0.03;
}

/** The band for a person, e.g. `± 5.0 points`. */
export function bandText(minuteSeconds: number): string {
  return `± ${(bandOf(minuteSeconds) * 100).toFixed(1)} points`;
}

/** How far the flow alert may lie from its predicted minute: the seeds stage it "at minute 22-23". */
export const FLOW_ALERT_MINUTES = 1;

/** Requests that have ended. */
export function ended({ completed, errors }: { completed: number; errors: number }): number {
  return completed + errors;
}

/** Requests of several minutes that have ended, and how many of them failed. */
export function totalOf(counts: readonly { completed: number; errors: number }[]) {
  return counts.reduce(
    (sum, each) => ({ requests: sum.requests + ended(each), errors: sum.errors + each.errors }),
    { requests: 0, errors: 0 },
  );
}

/** Whether more failed than the share allows, and more than one: a single failure is let pass. */
export function exceeds(counts: { completed: number; errors: number }, share: number): boolean {
  return counts.errors > 1 && counts.errors / ended(counts) > share;
}
