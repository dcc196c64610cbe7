import { scaledPool } from './feasibility';
import { simulatePool } from './prediction';
import { presetOf } from './presets';
import { holdOf } from './resolve';
import type { Ablation, Scenario } from './types';

/**
 * The scenario with one cause taken out, or put back: for a run under way. What is solved for (curve, scan times)
 * stays; index and pool change, and with them what is predicted from `fromMinute` on.
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
  const normal = presetOf('normal');
  const { recommendation } = original.pools;
  const next: Scenario = {
    ...current,
    ablation,
    indexes: ablation === 'index' ? { ...normal.indexes } : { ...original.indexes },
    pools: {
      ...original.pools,
      recommendation: {
        ...recommendation,
        max: ablation === 'pool' ? scaledPool(normal.pool.max, original.scale) : recommendation.max,
      },
    },
  };
  const simulated = simulatePool({
    minuteSeconds: next.minuteSeconds,
    durationMinutes: next.durationMinutes,
    points: next.traffic.demoPoints,
    connections: next.pools.recommendation.max,
    acquireTimeoutMs: next.pools.recommendation.acquireTimeoutMs,
    hold: holdOf(next),
  });
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
 * What a run's scenario was before a cause was taken out of it, as far as its mode tells: a pool or an index state
 * that stack config had changed besides is not known any more.
 */
export function withoutAblation(current: Scenario): Scenario {
  if (current.ablation === null) return current;
  const { pool, indexes } = presetOf(current.mode);
  const original: Scenario = {
    ...current,
    ablation: null,
    indexes: { ...indexes },
    pools: {
      ...current.pools,
      recommendation: { ...current.pools.recommendation, max: scaledPool(pool.max, current.scale) },
    },
  };
  return ablate(original, original, null, 0);
}
