import { randomInt } from 'node:crypto';
import { presetOf } from '../../scenario/presets/all';
import { OUTAGES } from '../../scenario/types';
import type { DemoOptions } from './arguments';
import type { RunPlan } from './run-plan';

/** What a trainer's seed chose. */
export type Exercise = ReturnType<typeof exerciseOf>;

/** What can be the matter, from obvious to nothing at all. */
const KINDS = OUTAGES.flatMap((mode) => presetOf(mode).exercises.map((kind) => ({ mode, ...kind })));

/** Most real seconds of normal traffic before an exercise begins. */
const MOST_DELAY_SECONDS = 45;

/** A seed nobody knows. */
export function anySeed(): number {
  return randomInt(0x1_0000_0000);
}

/** What a seed chooses; the same seed chooses the same. */
export function exerciseOf(seed: number) {
  const next = seededNumbers(seed);
  const kind = KINDS[Math.floor(next() * KINDS.length)] ?? KINDS[0];
  if (kind === undefined) throw new Error('there is no exercise');
  const [least, most] = kind.fromMinute;
  const fromMinute = least + Math.floor(next() * (most - least + 1));
  return {
    seed,
    mode: kind.mode,
    ablation: kind.ablation ?? null,
    curve: kind.curve?.map((point) => ({ ...point })) ?? null,
    /** Keys of stack config that are set besides. */
    config: kind.config ?? {},
    fromMinute,
    toMinute: Math.min(29, fromMinute + kind.minutes),
    /** Real seconds of normal traffic before it begins. */
    delaySeconds: 5 + Math.floor(next() * (MOST_DELAY_SECONDS - 4)),
    /** What is to be found first; null: it is a false alarm. */
    cause: kind.cause,
    /** In a sentence, for `reveal`. */
    answer: kind.answer,
  };
}

/** The options of a run that does the exercise. */
export function blindOptions(options: DemoOptions, exercise: Exercise): DemoOptions {
  const { mode, ablation, curve, config, fromMinute, toMinute } = exercise;
  return { ...options, mode, ablation, curve, keys: config, fromMinute, toMinute };
}

/** A run with nothing in its telemetry that gives it away: one phase, a plain title. */
export function disguised(plan: RunPlan, runId: string): RunPlan {
  const scenario = {
    ...plan.scenario,
    runId,
    title: 'Exercise',
    phases: [{ fromMinute: 0, name: 'exercise', title: 'Exercise', journeyWeights: null }],
    expectations: plan.scenario.expectations.map((expected) => ({ ...expected, phase: 'exercise' })),
  };
  return { ...plan, scenario, override: { ...plan.override, runId, scenario } };
}

/**
 * Numbers from 0 to below 1 that a seed decides (mulberry32, public domain, Tommy Ettinger): the same ones on every
 * machine.
 */
function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
