import type { CurvePoint } from './types';

/**
 * Arithmetic on curves: points of (minute, rpm, errorRate), linear between them and held after the last.
 * A curve that begins after minute 0 rises from nothing: see `normaliseCurve`.
 */

interface Knot {
  minute: number;
}

function interpolate<P extends Knot>(
  points: readonly P[],
  minute: number,
  value: (point: P) => number,
): number {
  let before: P | undefined;
  for (const point of points) {
    if (point.minute > minute) {
      if (before === undefined) return value(point);
      const share = (minute - before.minute) / (point.minute - before.minute);
      return value(before) + share * (value(point) - value(before));
    }
    before = point;
  }
  return before === undefined ? 0 : value(before);
}

/** Requests per minute at a (fractional) demo minute. */
export function rpmAt(points: readonly { minute: number; rpm: number }[], minute: number): number {
  return interpolate(points, minute, (point) => point.rpm);
}

/** The curve's own error rate at a (fractional) demo minute, 0…1. */
export function errorRateAt(points: readonly CurvePoint[], minute: number): number {
  return interpolate(points, minute, (point) => point.errorRate);
}

/** Mean of the rate over [from, to) in demo minutes: exact, by trapezoids between the points. */
export function meanRpm(
  points: readonly { minute: number; rpm: number }[],
  from: number,
  to: number,
): number {
  const cuts = points.map((point) => point.minute).filter((minute) => minute > from && minute < to);
  let sum = 0;
  let left = from;
  for (const right of [...cuts, to]) {
    sum += ((rpmAt(points, left) + rpmAt(points, right)) / 2) * (right - left);
    left = right;
  }
  return sum / (to - from);
}

/** A curve that begins after minute 0 gets the point (0, 0 rpm, 0 %), so that it ramps up from nothing. */
export function normaliseCurve(points: readonly CurvePoint[]): CurvePoint[] {
  const first = points[0];
  if (first === undefined || first.minute <= 0) return [...points];
  return [{ minute: 0, rpm: 0, errorRate: 0 }, ...points];
}

/** Base (rate of the first point that has traffic) and peak (highest rate) of a curve, rpm. */
export function rateRange(points: readonly CurvePoint[]): { baseRpm: number; peakRpm: number } {
  const baseRpm = points.find((point) => point.rpm > 0)?.rpm ?? 0;
  const peakRpm = Math.max(0, ...points.map((point) => point.rpm));
  return { baseRpm, peakRpm };
}

/**
 * Maps a curve's rates linearly from its own base…peak to another; points without traffic stay without.
 * A peak alone keeps the ratio of base to peak; a base alone keeps the peak. Error rates stay as they are:
 * the solver finds the hold times that make them at the new rates.
 */
export function rescaleRates(
  points: readonly CurvePoint[],
  target: { baseRpm?: number | undefined; peakRpm?: number | undefined },
): CurvePoint[] {
  const { baseRpm, peakRpm } = rateRange(points);
  if (peakRpm === 0 || (target.baseRpm === undefined && target.peakRpm === undefined)) return [...points];
  const newPeak = target.peakRpm ?? peakRpm;
  const newBase = target.baseRpm ?? (baseRpm * newPeak) / peakRpm;
  const map = (rpm: number): number =>
    peakRpm === baseRpm
      ? (rpm * newPeak) / peakRpm
      : newBase + ((rpm - baseRpm) * (newPeak - newBase)) / (peakRpm - baseRpm);
  return points.map((point) => ({ ...point, rpm: point.rpm > 0 ? Math.max(0, map(point.rpm)) : 0 }));
}

/** The curve with every rate multiplied by the scale. */
export function scaleRates(points: readonly CurvePoint[], scale: number): CurvePoint[] {
  return points.map((point) => ({ ...point, rpm: point.rpm * scale }));
}
