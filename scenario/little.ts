/**
 * Little's law: N connections, each held s seconds, serve N/s queries a second. Of λ offered a second, what can't be
 * served waits for the acquire timeout and fails: e = 1 − N/(s·λ), so s = N/((1−e)·λ).
 */

/** From this error rate on the solver makes errors; below it the scan is short and nothing fails. */
export const SOLVED_FROM_ERROR_RATE = 0.05;
/** Longest scan at all (s). */
export const LONGEST_HOLD_SECONDS = 30;
/** Where nothing may fail, at most this share of the pool is in use. */
export const CALM_UTILISATION = 0.8;

/** What a law chooses (scan times, shares of customers) changes every quarter of a demo minute. */
const STEPS_PER_MINUTE = 4;
export const STEP_MINUTES = 1 / STEPS_PER_MINUTE;
/** While a queue is built up, at most so many times as many come as at the first errors, or as can be served. */
export const FILL_FACTOR = 1.5;

/** The middles of the steps of a run (demo minutes). */
export function stepMiddles(durationMinutes: number): number[] {
  const count = Math.ceil(durationMinutes * STEPS_PER_MINUTE);
  return Array.from({ length: count }, (_, step) => (step + 0.5) * STEP_MINUTES);
}

/** Steps without those that change nothing. */
export function changingSteps<Step>(steps: readonly Step[], valueOf: (step: Step) => number): Step[] {
  return steps.filter((step, index) => {
    const before = steps[index - 1];
    return before === undefined || valueOf(before) !== valueOf(step);
  });
}

/** Little's law: the hold time (s) at which `connections` fail `errorRate` of `rpm` requests per minute. */
export function holdSeconds(connections: number, errorRate: number, rpm: number): number {
  return connections / ((1 - errorRate) * (rpm / 60));
}
