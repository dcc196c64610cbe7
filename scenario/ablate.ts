import { ablationOf, CAUSES, predictionOf } from './causes/all';
import { presetOf } from './presets/all';
import type { Ablation, Scenario } from './types';

/**
 * The scenario with one cause taken out, or put back: for a run under way. What is solved for (curve, scan times)
 * stays; the causes change, and with them what is predicted from `fromMinute` on.
 *
 * @param original the run's scenario as it was before anything was taken out
 * @param fromMinute demo minute (fractional) of the change: earlier predictions stay as they are in `current`
 */
export function ablate(
  original: Scenario,
  current: Scenario,
  ablation: Ablation | null,
  fromMinute: number,
): Scenario {
  const parts = CAUSES.map((cause) => cause.partOf(original)).reduce(
    (all, part) => ({ ...all, ...part }),
    {},
  );
  const next: Scenario = { ...current, ablation, ...parts, ...ablationOf(ablation)?.take(original) };
  const simulated = predictionOf(next).minutes();
  next.expectations = current.expectations.map((expected) => {
    const minute = simulated[expected.minute];
    if (minute === undefined || expected.minute < Math.floor(fromMinute)) return expected;
    const { errorRate, p50Ms, p95Ms, allP95Ms } = minute;
    const graded = ablation === null && (original.expectations[expected.minute]?.graded ?? false);
    return { ...expected, graded, predicted: { errorRate, p50Ms, p95Ms, allP95Ms } };
  });
  return next;
}

/**
 * What a run's scenario was before a cause was taken out of it, as far as its mode tells: that cause is what the preset
 * says, also where stack config had changed it besides.
 */
export function withoutAblation(current: Scenario): Scenario {
  const taken = ablationOf(current.ablation);
  if (taken === null) return current;
  const original = { ...current, ablation: null, ...taken.putBack(current, presetOf(current.mode).causes) };
  return ablate(original, original, null, 0);
}
