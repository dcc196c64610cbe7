import { phaseAt } from './timeline';
import type { Journey, Scenario } from './types';

/**
 * Rates in closed form, from the knots of a curve: what the load generator starts by, and what the prediction reckons
 * with. Rates are per real minute (rpm); an open-model load starts where their integral reaches the next whole number.
 */

/** One piece of a rate: linear from `startRpm` at `from` to `endRpm` at `to`. The caller says what its times are. */
export interface RatePiece {
  from: number;
  to: number;
  startRpm: number;
  endRpm: number;
}

/** The curve as pieces over [0, until) demo minutes: linear between its points, held before the first and after the last. */
export function curvePieces(points: readonly { minute: number; rpm: number }[], until: number): RatePiece[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const knots = [{ minute: 0, rpm: first.rpm }, ...points, { minute: until, rpm: last.rpm }];
  return knots.slice(1).flatMap((right, index) => {
    const left = knots[index] ?? right;
    return cut({ from: left.minute, to: right.minute, startRpm: left.rpm, endRpm: right.rpm }, 0, until);
  });
}

/**
 * All journeys of the demo cohort over a run, as pieces in demo minutes: where a phase has weights, the curve is the
 * rate of the full checkouts, and the other journeys come on top.
 */
export function demoJourneyPieces(scenario: Scenario): RatePiece[] {
  const { phases, traffic, durationMinutes } = scenario;
  const borders = [0, ...phases.map(({ fromMinute }) => fromMinute), durationMinutes];
  return curvePieces(traffic.demoPoints, durationMinutes).flatMap((piece) =>
    borders.slice(1).flatMap((to, index) => {
      const from = borders[index] ?? 0;
      const share = checkoutShare(phaseAt(scenario, from)?.journeyWeights ?? null);
      return cut(piece, from, to).map((part) => ({
        ...part,
        startRpm: part.startRpm / share,
        endRpm: part.endRpm / share,
      }));
    }),
  );
}

/** Which share of the demo cohort's journeys are full checkouts, above 0. */
export function checkoutShare(weights: Readonly<Record<Journey, number>> | null): number {
  const share = weights?.full_checkout ?? 1;
  return share > 0 ? share : 1;
}

/** The part of a piece between two times; none where they don't meet. */
function cut(piece: RatePiece, from: number, to: number): RatePiece[] {
  const [left, right] = [Math.max(piece.from, from), Math.min(piece.to, to)];
  if (left >= right) return [];
  const rpmAt = (time: number): number =>
    piece.startRpm + ((piece.endRpm - piece.startRpm) * (time - piece.from)) / (piece.to - piece.from);
  return [{ from: left, to: right, startRpm: rpmAt(left), endRpm: rpmAt(right) }];
}

/**
 * The time after which a linear rate has had `amount` arrivals: the smaller root of
 * `slope/2·x² + rate·x = amount`, in the form that doesn't cancel. Infinity when it never has.
 *
 * @param rate arrivals per unit of time, now
 * @param slope its change per unit of time
 */
export function timeUntil(amount: number, rate: number, slope: number): number {
  // What is left by rounding at a border is due at the border, even where the rate falls to 0 there.
  if (amount < 1e-9) return 0;
  const discriminant = rate * rate + 2 * slope * amount;
  if (discriminant < 0) return Infinity;
  const denominator = rate + Math.sqrt(discriminant);
  return denominator > 0 ? (2 * amount) / denominator : Infinity;
}
