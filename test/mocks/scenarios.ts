import { runOf as overrideOf } from '../../scenario/override/change';
import { resolveScenario } from '../../scenario/resolve';
import type { DemoMode, EffectiveScenario, Override, Scenario } from '../../scenario/types';

/** Unix seconds of minute 0 in tests. */
export const START_SECONDS = 1_800_000_000;

/** A scenario as the shop's set-up would resolve it: six-second minutes, a quarter of the load. */
export function scenarioOf(mode: DemoMode, extra: Record<string, unknown> = {}): Scenario {
  return resolveScenario(
    { demoMode: mode, minuteSeconds: 6, catalogRows: 100_000, ...extra },
    { nowSeconds: START_SECONDS - 5, startTimestamp: START_SECONDS, scaleDefault: 0.25 },
  );
}

/** The same as what is in force. */
export function effectiveOf(scenario: Scenario, extra: Partial<EffectiveScenario> = {}): EffectiveScenario {
  return {
    scenario,
    source: 'override',
    startTimestamp: scenario.startTimestamp,
    pausedAt: null,
    expiresAt: null,
    ...extra,
  };
}

/** A run under way, as its row. */
export function runOf(scenario: Scenario = scenarioOf('blackfriday')): Override {
  return overrideOf(scenario, 'console');
}
