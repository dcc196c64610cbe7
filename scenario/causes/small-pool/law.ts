import { CALM_UTILISATION, holdSeconds, LONGEST_HOLD_SECONDS, SOLVED_FROM_ERROR_RATE } from '../../little';
import type { CurvePoint } from '../../types';
import type { CurveFault } from '../cause';

/** Which pool makes a curve: by Little's law, with scans that can be had and shown. */

/** Shortest time a full scan can be made to take: its CPU (s). Pacing only ever adds to it. */
export const SHORTEST_HOLD_SECONDS = 0.1;
/** Longest scan the solver chooses while a smaller pool can give the same errors (s). */
export const SHOWABLE_HOLD_SECONDS = 5;

export interface PoolChoice {
  /** Null if no pool can make the curve. */
  connections: number | null;
  faults: CurveFault[];
}

/**
 * Chooses the pool for a curve: the preset's, or the nearest size for which each point's scan takes between
 * 0.1 s (its CPU) and 5 s, or, if there is none, 30 s. `points` and `preferred` are scaled already; `largest` is
 * the pool of normal mode, which an outage may not exceed.
 */
export function choosePool(points: readonly CurvePoint[], preferred: number, largest: number): PoolChoice {
  const faults: CurveFault[] = [];
  let atLeast = { connections: 1, index: 0 };
  let atMost = { connections: largest, index: 0 };
  let showable = largest;
  points.forEach((point, index) => {
    if (point.rpm <= 0) return;
    const bounds = poolBounds(point);
    if (bounds.least > largest) {
      faults.push({ index, field: 'rpm', message: tooFast(point, largest) });
    } else if (bounds.most < 1) {
      faults.push({ index, field: 'errorRate', message: tooSlow(point) });
    } else {
      if (bounds.least > atLeast.connections) atLeast = { connections: bounds.least, index };
      if (bounds.most < atMost.connections) atMost = { connections: bounds.most, index };
      showable = Math.min(showable, bounds.showable);
    }
  });
  if (faults.length > 0) return { connections: null, faults };
  if (atLeast.connections > atMost.connections) {
    const fast = points[atLeast.index];
    const slow = points[atMost.index];
    const message =
      `needs a pool of at least ${atLeast.connections} connections (a scan can't be shorter than ` +
      `${SHORTEST_HOLD_SECONDS} s), but minute ${slow?.minute} needs at most ` +
      `${atMost.connections} (a scan may not be longer than ${LONGEST_HOLD_SECONDS} s): ` +
      `lower this rate (${rate(fast?.rpm ?? 0)} rpm) or raise that one (${rate(slow?.rpm ?? 0)} rpm)`;
    return { connections: null, faults: [{ index: atLeast.index, field: 'rpm', message }] };
  }
  const most = showable >= atLeast.connections ? showable : atMost.connections;
  return { connections: Math.min(Math.max(preferred, atLeast.connections), most), faults };
}

/** Pool sizes that can give one point: whole connections; `most` and `showable` may be 0. */
function poolBounds({ rpm, errorRate }: CurvePoint): { least: number; most: number; showable: number } {
  const perSecond = rpm / 60;
  if (errorRate < SOLVED_FROM_ERROR_RATE) {
    const least = Math.ceil((SHORTEST_HOLD_SECONDS * perSecond) / CALM_UTILISATION - 1e-9);
    return { least: Math.max(1, least), most: Infinity, showable: Infinity };
  }
  const answered = (1 - errorRate) * perSecond;
  return {
    least: Math.max(1, Math.ceil(SHORTEST_HOLD_SECONDS * answered - 1e-9)),
    most: Math.floor(LONGEST_HOLD_SECONDS * answered + 1e-9),
    showable: Math.floor(SHOWABLE_HOLD_SECONDS * answered + 1e-9),
  };
}

function tooFast({ errorRate }: CurvePoint, largest: number): string {
  const share = errorRate < SOLVED_FROM_ERROR_RATE ? CALM_UTILISATION : 1 / (1 - errorRate);
  const most = Math.floor(((largest * 60) / SHORTEST_HOLD_SECONDS) * share + 1e-9);
  return (
    `no pool can do that: even ${largest} connections would need scans shorter than the ` +
    `${SHORTEST_HOLD_SECONDS} s that their CPU takes; allowed at ${percent(errorRate)}: at most ${most} rpm`
  );
}

function tooSlow({ rpm, errorRate }: CurvePoint): string {
  const perMinute = 60 / LONGEST_HOLD_SECONDS;
  const highest = 1 - perMinute / rpm;
  const allowed =
    highest >= SOLVED_FROM_ERROR_RATE
      ? `at most ${percent(Math.floor(highest * 1000) / 1000)} at ${rate(rpm)} rpm`
      : `less than ${percent(SOLVED_FROM_ERROR_RATE)} at ${rate(rpm)} rpm`;
  return (
    `no pool can do that: even a single connection would have to be held for ` +
    `${holdSeconds(1, errorRate, rpm).toFixed(0)} s, longer than ${LONGEST_HOLD_SECONDS} s; allowed: ${allowed}, ` +
    `or a rate of at least ${Math.ceil(perMinute / (1 - errorRate))} rpm`
  );
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function rate(rpm: number): string {
  return String(Math.round(rpm * 10) / 10);
}
