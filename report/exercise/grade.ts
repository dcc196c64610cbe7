import { BASELINE_ERROR_RATE } from '../limits';
import type { Diagnosis, ExerciseFacts, Intervention } from './facts';
import { mendedAt, onsetOf } from './health';

/** Most points of each part; together 100. */
export const MOST_POINTS = { cause: 35, remedy: 35, speed: 20, care: 10 } as const;
/** A cause that only contributes, and a shop that is well although what is the matter is still there. */
const HALF_POINTS = 15;
/** What hints cost, one after the other: the last one is the answer. */
export const HINT_POINTS = [5, 10, 20] as const;
export const WRONG_ANSWER_POINTS = 10;
const COLLATERAL_POINTS = 5;
/** With so many points it is passed. */
export const PASSED_FROM = 60;
/** Full points for who needs no more than this share of the time there is. */
const QUICK_SHARE = 1 / 3;

/** What was asked of a participant, and how it went. Times are seconds from the first failing or slow checkouts on. */
export type ExerciseGrade = ReturnType<typeof gradeExercise>;

/** Grades an exercise by what the system showed. Pure. */
export function gradeExercise(facts: ExerciseFacts) {
  const { truth, samples, interventions, answers, hints, limit } = facts;
  const onset = onsetOf(samples);
  // Who mends it before anything fails is measured from when it would have.
  const begin = onset ?? samples.find(({ unrepaired }) => unrepaired !== 'well')?.at ?? 0;
  const since = (at: number | null | undefined): number | null =>
    at == null ? null : Math.round(10 * Math.max(0, at - begin)) / 10;
  const mended = truth.cause === null ? null : mendedAt(samples);
  const last = answers.at(-1)?.cause ?? null;
  const cause = judged(last, truth);
  const detected = earliest([facts.acknowledged, answers[0]?.at ?? null, interventions[0]?.at ?? null]);
  const diagnosed = cause === 'right' ? firstOfLast(answers) : null;
  const collateral = collateralOf(facts, mended);
  const remedy = remedyOf(facts, mended);
  const room = Math.max(1, limit - begin);
  const speed =
    truth.cause === null
      ? MOST_POINTS.speed * quickness(since(diagnosed), room)
      : (MOST_POINTS.speed / 2) * (quickness(since(diagnosed), room) + quickness(since(mended), room));
  const harm =
    collateral.restarted.length +
    collateral.dropped.length +
    collateral.changed.length +
    (exceedsBaseline(collateral.baseline) ? 1 : 0);
  const parts = {
    cause: cause === 'right' ? MOST_POINTS.cause : cause === 'contributing' ? HALF_POINTS : 0,
    remedy:
      remedy === 'right' || (remedy === 'not needed' && cause === 'right')
        ? MOST_POINTS.remedy
        : remedy === 'workaround'
          ? HALF_POINTS
          : 0,
    speed: Math.round(speed),
    care: Math.max(0, MOST_POINTS.care - COLLATERAL_POINTS * harm),
    hints: -hints.reduce((sum, _at, index) => sum + (HINT_POINTS[index] ?? 0), 0),
    wrongAnswers:
      -WRONG_ANSWER_POINTS * answers.filter(({ cause: said }) => judged(said, truth) === 'wrong').length,
  };
  const points = Math.max(
    0,
    Object.values(parts).reduce((sum, part) => sum + part, 0),
  );
  const found = cause === 'right' || cause === 'contributing';
  const mends = remedy === 'right' || remedy === 'workaround' || remedy === 'not needed';
  return {
    passed: found && mends && points >= PASSED_FROM && facts.end !== 'interrupted',
    /** 0 to 100. */
    points,
    parts,
    /** When checkouts were first seen to fail or to be slow, since the exercise began; null: they never were. */
    onset,
    detectSeconds: since(detected),
    diagnoseSeconds: since(diagnosed),
    mitigateSeconds: since(mended),
    cause,
    remedy,
    collateral,
  };
}

function judged(
  said: Diagnosis | null,
  { cause, contributing }: ExerciseFacts['truth'],
): 'right' | 'contributing' | 'wrong' | 'none given' {
  if (said === null) return 'none given';
  if (said === (cause ?? 'none')) return 'right';
  return said !== 'none' && contributing.includes(said) ? 'contributing' : 'wrong';
}

/** Since when the last answer has been the answer. */
function firstOfLast(answers: ExerciseFacts['answers']): number | null {
  const last = answers.at(-1);
  if (last === undefined) return null;
  const before = answers.findLastIndex(({ cause }) => cause !== last.cause);
  return answers[before + 1]?.at ?? null;
}

/** `workaround`: checkouts succeed, and what is the matter is still there. `not needed`: a false alarm, left alone. */
function remedyOf(
  { truth, samples, interventions }: ExerciseFacts,
  mended: number | null,
): 'right' | 'workaround' | 'none' | 'not needed' | 'needless' {
  if (truth.cause === null) return interventions.length === 0 ? 'not needed' : 'needless';
  if (mended === null) return 'none';
  return samples.at(-1)?.cured === true ? 'right' : 'workaround';
}

/**
 * What was done besides mending: every restart, every index that is not there any more, and of a shop that is not
 * mended, or had nothing to mend, every other change.
 */
function collateralOf({ truth, samples, interventions }: ExerciseFacts, mended: number | null) {
  const named = (kind: Intervention['kind']): string[] => [
    ...new Set(interventions.filter((each) => each.kind === kind).map(({ name }) => name)),
  ];
  const created = named('index-created');
  const idle = truth.cause === null || mended === null;
  const baseline = samples.at(-1)?.baseline ?? { requests: 0, errors: 0 };
  return {
    restarted: named('restart'),
    dropped: named('index-dropped').filter((name) => !created.includes(name)),
    /** Settings and indexes that were changed and that mended nothing. */
    changed: idle ? [...created, ...named('config')] : [],
    baseline: { requests: baseline.requests, errors: baseline.errors },
  };
}

function exceedsBaseline({ requests, errors }: { requests: number; errors: number }): boolean {
  return requests > 0 && errors / requests > BASELINE_ERROR_RATE;
}

/** 1 for who is quick, 0 for who needs all the time there is, or never gets there. */
function quickness(seconds: number | null, room: number): number {
  if (seconds === null) return 0;
  return Math.min(1, Math.max(0, (1 - seconds / room) / (1 - QUICK_SHARE)));
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}
