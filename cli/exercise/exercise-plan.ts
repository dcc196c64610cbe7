import type { loadScenarioConfig } from '../../scenario/config/config-file';
import { ablationOf, CAUSES } from '../../scenario/causes/all';
import type { Sign } from '../../scenario/causes/cause';
import type { CauseSettings } from '../../scenario/causes/document';
import { presetOf } from '../../scenario/presets/all';
import type { Scenario } from '../../scenario/types';
import type { ExerciseFacts } from '../../report/exercise/facts';
import type { DemoOptions } from '../run/arguments';
import { NOTHING_OF_AN_OUTAGE } from '../target/normal-scenario';
import { blindOptions, disguised, type Exercise } from '../run/blind';
import { planRun, type RunPlan } from '../run/run-plan';

/** What an exercise is planned from, at its beginning and after each repair. */
export interface ExerciseInput {
  exercise: Exercise;
  runId: string;
  options: DemoOptions;
  source: Parameters<typeof loadScenarioConfig>[0];
  /** The running shop's scenario. */
  desired: Scenario;
  /** Unix seconds. */
  now: number;
  /** Unix seconds of minute 0; null: it begins now. */
  start: number | null;
  /** What the participant set: keys of config with dots. */
  changes: Readonly<Record<string, unknown>>;
}

/**
 * An exercise as a run. What the seed takes out of the outage is taken out by configuration, so that a participant may
 * set it anew, and no row or page names it.
 */
export function planExercise(input: ExerciseInput): RunPlan {
  const { exercise, runId, options, source, desired, now, start, changes } = input;
  const taken = ablationOf(exercise.ablation)?.config(presetOf(exercise.mode).causes);
  const plan = planRun(
    {
      ...blindOptions(options, exercise),
      ablation: null,
      // The seed alone decides, so that it means the same everywhere.
      keys: { ...NOTHING_OF_AN_OUTAGE, ...taken, ...exercise.config, ...changes },
    },
    source,
    desired,
    now,
    undefined,
    start,
  );
  return disguised(plan, runId);
}

/** What is the matter, of an exercise as it is planned. */
export function truthOf(exercise: Exercise, scenario: Scenario): ExerciseFacts['truth'] {
  const { mode, cause, answer } = exercise;
  const others = CAUSES.filter((each) => each.name !== cause && ill(each.signs(scenario)).length > 0);
  return {
    mode,
    cause,
    contributing: cause === null ? [] : others.map(({ name }) => name),
    answer,
    remedy: CAUSES.find(({ name }) => name === cause)?.remedy ?? null,
  };
}

/** Hints from where to look to the answer itself. */
export function hintsOf({ cause, answer }: Pick<ExerciseFacts['truth'], 'cause' | 'answer'>): string[] {
  const evidence = CAUSES.find(({ name }) => name === cause)?.evidence;
  return evidence === undefined
    ? [
        'Which share of the checkouts fails, and how slow are they? Compare with before.',
        'More of something is not broken by itself: do error rate and p95 grow with it?',
        answer,
      ]
    : [
        `Look for spans of checkouts with ${evidence.attributes.join(', ')}; compare with a healthy one.`,
        evidence.trail,
        answer,
      ];
}

/**
 * Whether what is the matter is gone: it was put right, or of the cause's signs one that was ill is as normal now.
 *
 * @param planned the scenario as the exercise began
 * @param now as it is, by the participant's repairs
 */
export function isCured(cause: keyof CauseSettings | null, planned: Scenario, now: Scenario): boolean {
  const found = CAUSES.find(({ name }) => name === cause);
  if (found === undefined || found.isPutRight?.(now) === true) return true;
  const well = found.signs(now).filter((sign) => sign.now === sign.normal);
  return ill(found.signs(planned)).some(({ name }) => well.some((sign) => sign.name === name));
}

function ill(signs: readonly Sign[]): Sign[] {
  return signs.filter(({ now, normal }) => now !== normal);
}
