import { loadScenarioConfig, type StackConfigSource } from '../../scenario/config/config-file';
import type { ScenarioConfig } from '../../scenario/config/schema';
import { resolveScenario } from '../../scenario/resolve';
import type { Scenario } from '../../scenario/types';

/**
 * Normal operations as a configuration wants them, whatever outage it names.
 *
 * @param nowSeconds Unix seconds
 * @param scaleDefault the load's scale where the configuration sets none
 * @throws ConfigError for values that cannot be used
 */
export function normalScenario(config: ScenarioConfig, nowSeconds: number, scaleDefault: number): Scenario {
  const healthy: ScenarioConfig = { ...config, demoMode: 'normal' };
  delete healthy.indexes;
  delete healthy.pool;
  delete healthy.curve;
  delete healthy.demoStartTimestamp;
  return resolveScenario(healthy, { nowSeconds, scaleDefault });
}

/** What a shop runs with, as configuration: the rates are those of scale 1. */
export function configOf({ scale, traffic, catalogRows, minuteSeconds }: Scenario): ScenarioConfig {
  return { traffic: { scale, baselineRpm: traffic.baselineRpm / scale }, catalogRows, minuteSeconds };
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
    return normalScenario(configOf(running), nowSeconds, scale);
  }
}
