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

/** Little's law: the hold time (s) at which `connections` fail `errorRate` of `rpm` requests per minute. */
export function holdSeconds(connections: number, errorRate: number, rpm: number): number {
  return connections / ((1 - errorRate) * (rpm / 60));
}
