import { HEALED_ERROR_RATE } from '../limits';
import type { ExerciseSample } from './facts';

/** The load is unchanged and hardly a checkout fails for so long (s), and it counts as mended. */
export const MENDED_SECONDS = 30;
/** Ill from this share of failed checkouts on, or this p95 (ms). */
const ILL_ERROR_RATE = 0.05;
const ILL_P95_MS = 1000;
/** Length of a look at whether it is ill (s). */
const LOOK_SECONDS = 10;
/** Of the load that the scenario wants, at least this share must come: chance, and a slow machine, take some. */
const LEAST_LOAD = 0.8;

/** How checkouts are, by their error rate and p95 (ms). */
export function conditionOf(errorRate: number, p95Ms: number | null): ExerciseSample['unrepaired'] {
  if (errorRate >= ILL_ERROR_RATE) return 'failing';
  return (p95Ms ?? 0) >= ILL_P95_MS ? 'slow' : 'well';
}

/** When checkouts were first seen to fail or to be slow by the outage's doing; null: they never were. */
export function onsetOf(samples: readonly ExerciseSample[]): number | null {
  const ill = samples.find((sample, index) => {
    // What fails before is a restart's doing, or chance.
    if (sample.unrepaired === 'well') return false;
    const before = samples.slice(0, index).findLast(({ at }) => at <= sample.at - LOOK_SECONDS) ?? samples[0];
    if (before === undefined) return false;
    const { requests, errors } = between(before, sample);
    // One failure alone is chance.
    return conditionOf(errors > 1 ? errors / requests : 0, sample.demoP95Ms) !== 'well';
  });
  return ill?.at ?? null;
}

/**
 * When the shop was mended: the beginning of thirty seconds in which it would have been ill, and less than 2 % of the
 * checkouts failed (and, where it would have been slow, none was) with the load that the scenario wants. Null: not yet,
 * or not any more.
 *
 * @param samples in order
 */
export function mendedAt(samples: readonly ExerciseSample[]): number | null {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const from = samples.findLast(({ at }) => at <= last.at - MENDED_SECONDS);
  if (from === undefined || !isWell(samples, from, last)) return null;
  // It may have been well for longer: the first of the windows, one after the other, that lead here.
  let began = from;
  for (let index = samples.length - 2; index >= 0; index--) {
    const until = samples[index];
    if (until === undefined) break;
    const since = samples.slice(0, index).findLast(({ at }) => at <= until.at - MENDED_SECONDS);
    if (since === undefined || !isWell(samples, since, until)) break;
    began = since;
  }
  return began.at;
}

function isWell(samples: readonly ExerciseSample[], from: ExerciseSample, to: ExerciseSample): boolean {
  const window = samples.filter(({ at }) => at >= from.at && at <= to.at);
  const { requests, errors, scheduled } = between(from, to);
  const wanted =
    (window.reduce((sum, { wantedRpm }) => sum + wantedRpm, 0) / window.length / 60) * (to.at - from.at);
  return (
    window.every(({ unrepaired }) => unrepaired !== 'well') &&
    requests > 0 &&
    errors / requests < HEALED_ERROR_RATE &&
    scheduled >= LEAST_LOAD * wanted &&
    // Of an outage in which hardly anything fails, being slow is the illness. A latency of the last ten seconds is of
    // the window only once these are in it.
    window.every(
      ({ at, unrepaired, demoP95Ms }) =>
        unrepaired !== 'slow' || at < from.at + LOOK_SECONDS || (demoP95Ms ?? 0) < ILL_P95_MS,
    )
  );
}

/** Checkouts between two looks. */
export function between(from: ExerciseSample, to: ExerciseSample) {
  return {
    scheduled: to.demo.scheduled - from.demo.scheduled,
    requests: to.demo.requests - from.demo.requests,
    errors: to.demo.errors - from.demo.errors,
  };
}
