import { meanRpm } from '../../curve';
import { arrivalTimes, summarise, type SimulatedMinute } from '../../prediction';
import type { CurvePoint } from '../../types';
import type { CurveFault } from '../cause';

/**
 * A connection that is never given back: each declined card takes one, so a pool of N lasts until N cards were declined,
 * N/(p·λ) seconds at λ orders a second of which a share p is declined. Until then nothing fails, after it all the others.
 */

/** A pool that a handful of declined cards empties shows no leak. */
const LEAST_CONNECTIONS = 3;
/** Below it a minute counts as well, above the other as lost: nothing lies between. */
const WELL_BELOW = 0.05;
const LOST_FROM = 0.95;

/** Whether the card of order number `n` of a run (from 1) is declined: evenly spaced, so that no run is luckier than another. */
export function isDeclined(n: number, share: number): boolean {
  return Math.floor(n * share + 1e-9) > Math.floor((n - 1) * share + 1e-9);
}

/** The demo minute in whose course the pool is to be empty: between the last that is well and the first that is lost. */
export function emptyAt(points: readonly CurvePoint[]): number | null {
  const lost = points.findIndex(({ errorRate }) => errorRate >= LOST_FROM);
  const well = points[lost - 1];
  const first = points[lost];
  return well === undefined || first === undefined ? null : (well.minute + 1 + first.minute) / 2;
}

/** Why a curve can't be made by a leak: one fault for each point. */
export function leakFaults(points: readonly CurvePoint[]): CurveFault[] {
  const lost = points.findIndex(({ errorRate }) => errorRate >= LOST_FROM);
  return points.flatMap(({ minute, errorRate }, index): CurveFault[] => {
    if (errorRate >= WELL_BELOW && errorRate < LOST_FROM)
      return [
        {
          index,
          field: 'errorRate',
          message:
            'a pool that leaks fails no order or every order: below 0.05 before it is empty, from 0.95 on after it',
        },
      ];
    if (lost >= 0 && index > lost && errorRate < WELL_BELOW)
      return [
        {
          index,
          field: 'errorRate',
          message: 'a leaked connection does not come back by itself: at least 0.95',
        },
      ];
    const before = points[index - 1];
    if (index === lost && (before === undefined || minute - before.minute < 2))
      return [
        {
          index,
          field: 'minute',
          message:
            'must be two minutes or more after the last point without errors: in between the pool runs empty',
        },
      ];
    return [];
  });
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
  const { minuteSeconds, durationMinutes, queryMs } = input;
  const times = arrivalTimes(input.points, minuteSeconds, durationMinutes);
  const minutes: SimulatedMinute[] = [];
  let n = 0;
  let left = input.connections;
  for (let minute = 0; minute < durationMinutes; minute++) {
    const until = (minute + 1) * minuteSeconds;
    let requests = 0;
    let failed = 0;
    for (let at = times[n]; at !== undefined && at < until; at = times[++n]) {
      requests++;
      // A declined card is an answer, with the pool empty as well.
      if (!isDeclined(n + 1, input.declinedShare)) failed += left === 0 ? 1 : 0;
      else if (left > 0) left--;
    }
    const answered = new Float64Array(requests - failed).fill(queryMs / 1000);
    minutes.push(summarise(minute, requests, answered, input.acquireTimeoutMs / 1000));
  }
  return minutes;
}
