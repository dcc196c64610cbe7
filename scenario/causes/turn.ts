import { SOLVED_FROM_ERROR_RATE } from '../little';
import type { CurvePoint } from '../types';
import type { CurveFault } from './cause';

/** Curves of outages that turn at once: all is well up to a point, and nothing is from the next on. */

/** Between the two; less, and a minute is neither. */
const LEAST_GAP_MINUTES = 2;

/** The demo minute at which a curve turns: between its last point that is well and its first that fails; null: never. */
export function turningMinute(points: readonly CurvePoint[], failsFrom: number): number | null {
  const first = points.findIndex(({ errorRate }) => errorRate >= failsFrom);
  const [well, failing] = [points[first - 1], points[first]];
  return well === undefined || failing === undefined ? null : (well.minute + 1 + failing.minute) / 2;
}

/** Why a curve can't turn so. @param say what is wrong with points that are too near, and with one that is well again */
export function turnFaults(
  points: readonly CurvePoint[],
  failsFrom: number,
  say: { gap: string; back: string },
): CurveFault[] {
  const first = points.findIndex(({ errorRate }) => errorRate >= failsFrom);
  return points.flatMap(({ minute, errorRate }, index): CurveFault[] => {
    const before = points[index - 1];
    if (index === first && (before === undefined || minute - before.minute < LEAST_GAP_MINUTES))
      return [{ index, field: 'minute', message: say.gap }];
    return first >= 0 && index > first && errorRate < SOLVED_FROM_ERROR_RATE
      ? [{ index, field: 'errorRate', message: say.back }]
      : [];
  });
}
