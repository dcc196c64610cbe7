import { meanRpm } from '../../curve';
import { SOLVED_FROM_ERROR_RATE } from '../../little';
import { arrivalTimes, byMinute, type SimulatedMinute } from '../../prediction';
import type { CurvePoint } from '../../types';
import type { CurveFault } from '../cause';
import { turnFaults, turningMinute } from '../turn';

/**
 * A connection that is never given back: each declined card takes one, so a pool of N lasts until N cards were declined,
 * N/(p·λ) seconds at λ orders a second of which a share p is declined. Until then nothing fails, after it all the others.
 */

/** A pool that a handful of declined cards empties shows no leak. */
const LEAST_CONNECTIONS = 3;
/** From it on a minute counts as lost: between that and one without errors lies nothing. */
const LOST_FROM = 0.95;

/** Whether the card of order number `n` of a run (from 1) is declined: evenly spaced, so that no run is luckier than another. */
export function isDeclined(n: number, share: number): boolean {
  return Math.floor(n * share + 1e-9) > Math.floor((n - 1) * share + 1e-9);
}

/** The demo minute in whose course the pool is to be empty: between the last that is well and the first that is lost. */
export function emptyAt(points: readonly CurvePoint[]): number | null {
  return turningMinute(points, LOST_FROM);
}

/** Why a curve can't be made by a leak: one fault for each point. */
export function leakFaults(points: readonly CurvePoint[]): CurveFault[] {
  const between = points.flatMap(({ errorRate }, index): CurveFault[] => {
    if (errorRate < SOLVED_FROM_ERROR_RATE || errorRate >= LOST_FROM) return [];
    const message =
      'a pool that leaks fails no order or every order: below 0.05 before it is empty, from 0.95 on after it';
    return [{ index, field: 'errorRate', message }];
  });
  const turn = turnFaults(points, LOST_FROM, {
    gap: 'must be two minutes or more after the last point without errors: in between the pool runs empty',
    back: 'a leaked connection does not come back by itself: at least 0.95',
  });
  return [...between, ...turn].sort((a, b) => a.index - b.index);
}

/** The pool, and the share of declined cards, that are used up just then. */
export function solveLeak(
  points: readonly CurvePoint[],
  minuteSeconds: number,
  wantedShare: number,
): { connections: number; declinedShare: number } | null {
  const minute = emptyAt(points);
  if (minute === null) return null;
  const orders = meanRpm(points, 0, minute) * ((minute * minuteSeconds) / 60);
  const connections = Math.max(LEAST_CONNECTIONS, Math.round(orders * wantedShare));
  return { connections, declinedShare: Math.min(1, connections / Math.max(1, orders)) };
}

/** What a run of a leak shows. A failed order waited for the acquire timeout. */
export function simulateLeak(input: {
  points: readonly { minute: number; rpm: number }[];
  minuteSeconds: number;
  durationMinutes: number;
  connections: number;
  declinedShare: number;
  acquireTimeoutMs: number;
  /** What an answered recommendation query takes (ms). */
  queryMs: number;
}): SimulatedMinute[] {
  const times = arrivalTimes(input.points, input.minuteSeconds, input.durationMinutes);
  let left = input.connections;
  const latencies = times.map((_, index) => {
    // A declined card is an answer, with the pool empty as well.
    const declined = isDeclined(index + 1, input.declinedShare);
    const failed = !declined && left === 0;
    if (declined && left > 0) left--;
    return failed ? Infinity : input.queryMs / 1000;
  });
  return byMinute(times, input, input.acquireTimeoutMs / 1000, [latencies]);
}
