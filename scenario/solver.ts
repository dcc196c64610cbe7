import type { CurvePoint, StorageStep } from './types';
import { errorRateAt, rpmAt } from './curve';
import { SOLVED_FROM_ERROR_RATE } from './presets';

/**
 * The solver: which pool and which scan times make the curve that is asked for.
 *
 * Little's law: N connections, each held s seconds, serve N/s queries a second. Of λ offered a second, what
 * can't be served waits for the acquire timeout and fails: e = 1 − N/(s·λ), so s = N/((1−e)·λ).
 */

/** Shortest time a full scan can be made to take: its CPU (s). Pacing only ever adds to it. */
export const SHORTEST_HOLD_SECONDS = 0.1;
/** Longest scan the solver chooses while a smaller pool can give the same errors (s). */
export const SHOWABLE_HOLD_SECONDS = 5;
/** Longest scan at all (s). */
export const LONGEST_HOLD_SECONDS = 30;
/** Without errors a scan takes between these (ms), growing towards the first errors. */
export const SHORT_SCAN_MS = { from: 150, to: 300 } as const;
/** Where nothing may fail, at most this share of the pool is in use. */
const CALM_UTILISATION = 0.8;
/** Slow, but still no failure: the share of the pool in use. */
const SLOW_UTILISATION = 0.97;
/** Storage changes every quarter of a demo minute. */
export const STEPS_PER_MINUTE = 4;
/** While the backlog is built up, scans are at most this much slower than at the first errors. */
const FILL_FACTOR = 1.5;

/** Little's law: the hold time (s) at which `connections` fail `errorRate` of `rpm` requests per minute. */
export function holdSeconds(connections: number, errorRate: number, rpm: number): number {
  return connections / ((1 - errorRate) * (rpm / 60));
}

/** Little's law the other way: the error rate that a hold time (s) makes once the backlog stands, 0…1. */
export function errorRateOf(connections: number, seconds: number, rpm: number): number {
  if (rpm <= 0 || seconds <= 0) return 0;
  return Math.max(0, 1 - connections / (seconds * (rpm / 60)));
}

/** What is wrong with a curve: index of the point, the field, and the reason with what is possible. */
export interface CurveFault {
  index: number;
  field: 'minute' | 'rpm' | 'errorRate';
  message: string;
}

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
      `needs a pool of at least ${String(atLeast.connections)} connections (a scan can't be shorter than ` +
      `${String(SHORTEST_HOLD_SECONDS)} s), but minute ${String(slow?.minute)} needs at most ` +
      `${String(atMost.connections)} (a scan may not be longer than ${String(LONGEST_HOLD_SECONDS)} s): ` +
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
    `no pool can do that: even ${String(largest)} connections would need scans shorter than the ` +
    `${String(SHORTEST_HOLD_SECONDS)} s that their CPU takes; allowed at ${percent(errorRate)}: at most ${String(most)} rpm`
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
    `${holdSeconds(1, errorRate, rpm).toFixed(0)} s, longer than ${String(LONGEST_HOLD_SECONDS)} s; allowed: ${allowed}, ` +
    `or a rate of at least ${String(Math.ceil(perMinute / (1 - errorRate)))} rpm`
  );
}

function percent(share: number): string {
  return `${String(Math.round(share * 1000) / 10)} %`;
}

function rate(rpm: number): string {
  return String(Math.round(rpm * 10) / 10);
}

export interface StorageInput {
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
  const width = 1 / STEPS_PER_MINUTE;
  const count = Math.ceil(durationMinutes * STEPS_PER_MINUTE);
  const timeoutMinutes = input.acquireTimeoutMs / 1000 / input.minuteSeconds;
  const wanted = (minute: number): number => errorRateAt(points, Math.max(0, minute - 0.5));
  const middleOf = (step: number): number => (step + 0.5) * width;
  const longest = longestHoldSeconds(points, connections);

  const failing = Array.from(
    { length: count },
    (_, step) => wanted(middleOf(step)) >= SOLVED_FROM_ERROR_RATE,
  );
  const seconds = Array.from({ length: count }, (_, step) => {
    if (failing[step] !== true) return calmSeconds(input, middleOf(step), wanted(middleOf(step)));
    const served = Math.max(0, middleOf(step) - timeoutMinutes);
    const errorRate = Math.max(SOLVED_FROM_ERROR_RATE, wanted(served));
    const rpm = rpmAt(points, served);
    return rpm > 0 ? Math.min(longest, holdSeconds(connections, errorRate, rpm)) : longest;
  });

  const fill = fillSteps(input.acquireTimeoutMs, input.minuteSeconds);
  for (let step = 1; step < count; step++) {
    if (failing[step] !== true || failing[step - 1] === true) continue;
    for (let before = Math.max(0, step - fill.steps); before < step; before++) {
      const rpm = rpmAt(points, middleOf(before));
      if (rpm <= 0) continue;
      const slowed = holdSeconds(connections, fill.overload, rpm);
      seconds[before] = Math.min(longest, Math.max(slowed, seconds[before] ?? 0));
    }
  }
  return mergeEqual(
    seconds.map((value, step) => ({ minute: step * width, scanMs: Math.round(value * 1000) })),
  );
}

/**
 * How many steps before the first errors the queue is built up, and by which share the load then exceeds the
 * pool. To be T long the queue must hold 95 % of what comes in T; with the pool's throughput at least 1/1.5 of
 * what it is at the first errors, that takes F ≥ 0.95·T / (1 − 0.95/1.5).
 */
function fillSteps(acquireTimeoutMs: number, minuteSeconds: number): { steps: number; overload: number } {
  const answered = 1 - SOLVED_FROM_ERROR_RATE;
  const backlogSeconds = answered * (acquireTimeoutMs / 1000);
  const stepSeconds = minuteSeconds / STEPS_PER_MINUTE;
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

/** Drops steps that change nothing. */
function mergeEqual(steps: readonly StorageStep[]): StorageStep[] {
  return steps.filter((step, index) => index === 0 || steps[index - 1]?.scanMs !== step.scanMs);
}
