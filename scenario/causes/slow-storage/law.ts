import { errorRateAt, rpmAt } from '../../curve';
import {
  CALM_UTILISATION,
  changingSteps,
  FILL_FACTOR,
  holdSeconds,
  LONGEST_HOLD_SECONDS,
  SOLVED_FROM_ERROR_RATE,
  STEP_MINUTES,
  stepMiddles,
} from '../../little';
import type { CurvePoint } from '../../types';
import type { StorageStep } from './document';

/** Which scan times make a curve with a pool, by Little's law. */

/** Without errors a scan takes between these (ms), growing towards the first errors. */
const SHORT_SCAN_MS = { from: 150, to: 300 } as const;
/** Slow, but still no failure: the share of the pool in use. */
const SLOW_UTILISATION = 0.97;

interface StorageInput {
  /** The curve with its rates scaled. */
  points: readonly CurvePoint[];
  /** The scaled pool that the curve is solved for. */
  connections: number;
  /** The preset's acquire timeout. */
  acquireTimeoutMs: number;
  minuteSeconds: number;
  durationMinutes: number;
  /** See Preset.slowFrom. */
  slowFrom: { minute: number; scanMs: number } | null;
}

/**
 * The storage steps (a quarter of a demo minute each) that make the curve.
 *
 * Three things Little's law alone doesn't say (the *anticipation of the backlog*). The last two are a matter of
 * seconds: next to nothing in minutes of 60 s, a few points of error rate in minutes of 6 s.
 * - A minute's error rate is a mean over the minute, and the curve states it for the minute. So the curve's
 *   value at minute m is aimed at for its middle, m + ½.
 * - Whether a request is served is decided when its time in the queue is up: the capacity of a moment decides
 *   about the requests that came one acquire timeout T before. So s(t) = N / ((1 − e(t−T)) · λ(t−T)).
 * - Nobody fails before the queue is T long. So it is built up just before the first errors are wanted: scans slow
 *   down early, at most 1.5 times as slow as at the first errors, over as few steps as that allows.
 */
export function solveStorage(input: StorageInput): StorageStep[] {
  const { points, connections, durationMinutes } = input;
  const middles = stepMiddles(durationMinutes);
  const timeoutMinutes = input.acquireTimeoutMs / 1000 / input.minuteSeconds;
  const wanted = (minute: number): number => errorRateAt(points, Math.max(0, minute - 0.5));
  const longest = longestHoldSeconds(points, connections);

  const failing = middles.map((middle) => wanted(middle) >= SOLVED_FROM_ERROR_RATE);
  const seconds = middles.map((middle, step) => {
    if (failing[step] !== true) return calmSeconds(input, middle, wanted(middle));
    const served = Math.max(0, middle - timeoutMinutes);
    const errorRate = Math.max(SOLVED_FROM_ERROR_RATE, wanted(served));
    const rpm = rpmAt(points, served);
    return rpm > 0 ? Math.min(longest, holdSeconds(connections, errorRate, rpm)) : longest;
  });

  const fill = fillSteps(input.acquireTimeoutMs, input.minuteSeconds);
  failing.forEach((fails, step) => {
    if (step === 0 || !fails || failing[step - 1] === true) return;
    for (let before = Math.max(0, step - fill.steps); before < step; before++) {
      const rpm = rpmAt(points, middles[before] ?? 0);
      if (rpm <= 0) continue;
      const slowed = holdSeconds(connections, fill.overload, rpm);
      seconds[before] = Math.min(longest, Math.max(slowed, seconds[before] ?? 0));
    }
  });
  const steps = seconds.map((value, step) => ({
    minute: step * STEP_MINUTES,
    scanMs: Math.round(value * 1000),
  }));
  return changingSteps(steps, ({ scanMs }) => scanMs);
}

/**
 * How many steps before the first errors the queue is built up, and by which share the load then exceeds the
 * pool. To be T long the queue must hold 95 % of what comes in T; with the pool's throughput at least 1/1.5 of
 * what it is at the first errors, that takes F ≥ 0.95·T / (1 − 0.95/1.5).
 */
function fillSteps(acquireTimeoutMs: number, minuteSeconds: number): { steps: number; overload: number } {
  const answered = 1 - SOLVED_FROM_ERROR_RATE;
  const backlogSeconds = answered * (acquireTimeoutMs / 1000);
  const stepSeconds = minuteSeconds * STEP_MINUTES;
  const steps = Math.ceil(backlogSeconds / (1 - answered / FILL_FACTOR) / stepSeconds);
  return { steps, overload: backlogSeconds / (steps * stepSeconds) };
}

/** The scan while nothing is to fail: short, or as slow as the preset wants and the pool can just carry (s). */
function calmSeconds(
  { points, connections, slowFrom }: StorageInput,
  minute: number,
  wanted: number,
): number {
  const rpm = rpmAt(points, minute);
  const carried = (utilisation: number): number =>
    rpm > 0 ? utilisation * holdSeconds(connections, 0, rpm) : Infinity;
  if (slowFrom !== null && minute >= slowFrom.minute) {
    // Two requests a second of 2.5 s on three connections would already fail 40 %.
    return Math.min(slowFrom.scanMs / 1000, carried(SLOW_UTILISATION));
  }
  const share = Math.min(1, wanted / SOLVED_FROM_ERROR_RATE);
  const short = (SHORT_SCAN_MS.from + share * (SHORT_SCAN_MS.to - SHORT_SCAN_MS.from)) / 1000;
  return Math.min(short, carried(CALM_UTILISATION));
}

/**
 * The longest scan that a curve may ask for (s): that of its points, times the fill factor. Between points the
 * law may ask for more (a rate that rises from nothing while errors rise too), which would only stall the run.
 */
function longestHoldSeconds(points: readonly CurvePoint[], connections: number): number {
  const solved = points
    .filter((point) => point.rpm > 0 && point.errorRate >= SOLVED_FROM_ERROR_RATE)
    .map((point) => holdSeconds(connections, point.errorRate, point.rpm));
  return Math.min(LONGEST_HOLD_SECONDS, FILL_FACTOR * Math.max(0, ...solved));
}
