import { CAUSE_KEYS } from '../../scenario/causes/keys';
import { loadScenarioConfig, type StackConfigSource } from '../../scenario/config/config-file';
import type { ScenarioConfig } from '../../scenario/config/schema';
import { healthyScenario } from '../../scenario/override/start';
import { resolveScenario } from '../../scenario/resolve';
import type { Scenario } from '../../scenario/types';

/** Takes a stack file's own words about causes and curve out. */
export const NOTHING_OF_AN_OUTAGE = Object.fromEntries(
  [...Object.keys(CAUSE_KEYS), 'curve'].map((key) => [key, undefined]),
);

/**
 * Normal operations as a configuration wants them, whatever outage it names.
 *
 * @param nowSeconds Unix seconds
 * @param scaleDefault the load's scale where the configuration sets none
 * @throws ConfigError for values that cannot be used
 */
export function normalScenario(config: ScenarioConfig, nowSeconds: number, scaleDefault: number): Scenario {
  const healthy: ScenarioConfig = { ...config, ...NOTHING_OF_AN_OUTAGE, demoMode: 'normal' };
  delete healthy.demoStartTimestamp;
  return resolveScenario(healthy, { nowSeconds, scaleDefault });
}

/**
 * Normal operations as a stack's file wants them, for the shop that runs: of a file that can't be read, or that asks for
 * what cannot be, with the shop's own rates.
 */
export function normalScenarioOf(source: StackConfigSource, running: Scenario, nowSeconds: number): Scenario {
  const { catalogRows, minuteSeconds, scale } = running;
  try {
    return normalScenario({ ...loadScenarioConfig(source), catalogRows, minuteSeconds }, nowSeconds, scale);
  } catch {
    return healthyScenario(running, nowSeconds);
  }
}
