export * from './types';
export { ConfigError, type ConfigFault } from './config-error';
export { errorRateAt, meanRpm, rpmAt } from './curve';
export {
  ConfigFileError,
  loadScenarioConfig,
  parseStackConfig,
  PROJECT_NAME,
  readStackConfig,
  readStackConfigFile,
  stackConfigPath,
  type StackConfig,
  type StackConfigSource,
} from './config-file';
export { renderConfigPage } from './docs-page';
export { arrivalTimes, simulatePool, type SimulatedMinute, type SimulationInput } from './prediction';
export { presetOf, type Preset } from './presets';
export { flowAlertMinute, predictionBasis, resolveScenario, type ResolveOptions } from './resolve';
export { DEPLOYMENT_KEYS, parseScenarioConfig, scenarioConfigSchema, type ScenarioConfig } from './schema';
export { errorRateOf, holdSeconds } from './solver';
export { phaseAt, positionAt, ratesAt, scanMsAt, type Rates, type TimelineSource } from './timeline';
