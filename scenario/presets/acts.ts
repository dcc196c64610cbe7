import { errorRateAt } from '../curve';
import { SOLVED_FROM_ERROR_RATE } from '../little';
import type { CurvePoint, Phase } from '../types';

/** An act in which every demo request is a checkout. */
export function act(fromMinute: number, name: string, title: string): Phase {
  return { fromMinute, name, title, journeyWeights: null };
}

/**
 * The acts of seed 001 on the run's own clock. An act begins with what it shows, so that they fit any curve:
 * Black Friday begins at the first minute that makes errors (2 in the preset), the catastrophe where half of
 * the checkouts fail (12), the investigation four minutes after the error rate has stopped growing (24): the flow
 * alert of minute 22 belongs to the catastrophe.
 */
export function actsOf(curve: readonly CurvePoint[]): Phase[] {
  const last = curve.at(-1)?.minute ?? 0;
  const firstMinute = (reached: (errorRate: number) => boolean): number | null => {
    for (let minute = 0; minute <= Math.ceil(last); minute++) {
      if (reached(errorRateAt(curve, minute))) return minute;
    }
    return null;
  };
  const highest = Math.max(0, ...curve.map((point) => point.errorRate));
  const begins = firstMinute((errorRate) => errorRate >= SOLVED_FROM_ERROR_RATE);
  const catastrophe = firstMinute((errorRate) => errorRate >= 0.5);
  const highestFrom = firstMinute((errorRate) => errorRate >= highest);
  const acts = [act(0, 'calm', 'Act 1: The calm')];
  if (begins === null || highestFrom === null) return acts;
  acts.push(act(begins, 'black_friday_begins', 'Act 2: Black Friday begins'));
  if (catastrophe !== null) acts.push(act(catastrophe, 'catastrophe', 'Act 3: The catastrophe'));
  acts.push(act(highestFrom + 4, 'investigation', 'Act 4: The investigation'));
  // An act that would begin together with the next one has nothing to show.
  return acts.filter((candidate, index) => acts[index + 1]?.fromMinute !== candidate.fromMinute);
}
