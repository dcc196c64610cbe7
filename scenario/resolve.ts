import { ConfigError } from './config/config-error';
import { DEFAULTS } from './config/limits';
import { errorRateAt, meanRpm } from './curve';
import { planOutage, scaledPool, scenarioFaults, type OutagePlan } from './feasibility';
import { INDEX_SCAN_MS, simulatePool, UNPACED_SCAN_MS } from './prediction';
import { BASELINE_POOL, NORMAL_RATES, presetOf, REST_OF_CHECKOUT_MS } from './presets';
import type { ScenarioConfig } from './config/schema';
import { solveStorage } from './solver';
import { runIdOf, stampStart } from './start';
import { phaseAt } from './timeline';
import { INDEX_NAMES } from './types';
import type { Ablation, IndexName, IndexState, MinuteExpectation, Scenario, StorageStep } from './types';

export interface ResolveOptions {
  /** Unix seconds. */
  nowSeconds: number;
  /** Minute 0 in Unix seconds, used unless config sets `demoStartTimestamp`. */
  startTimestamp?: number;
  /** What to take out of the cause. */
  ablation?: Ablation | null;
  /** `traffic.scale` where config doesn't set it (1); `npm start` uses 0.25. */
  scaleDefault?: number;
  /** Appended to the run id, for run-time control, where two runs may share a start. */
  runIdSuffix?: string;
}

/**
 * Resolves a stack's config into the one document that everything follows.
 *
 * Pure: the same config, clock and options give the same document. Rates and pools are scaled in it.
 * Config's `pool` and `indexes` and the option `ablation` change what is applied, never what is solved for.
 *
 * @throws ConfigError for a curve that no pool and no hold time can make, and for a scale the mode can't run at.
 */
export function resolveScenario(config: ScenarioConfig, options: ResolveOptions): Scenario {
  const mode = config.demoMode ?? 'normal';
  const scaleDefault = options.scaleDefault ?? 1;
  const faults = scenarioFaults(config, { scaleDefault });
  const { plan, faults: planFaults } = planOutage(config, { mode, scaleDefault });
  if (plan === null || faults.length + planFaults.length > 0) {
    throw new ConfigError(faults.length > 0 ? faults : planFaults);
  }
  const { preset, scale, points } = plan;
  const ablation = mode === 'normal' ? null : (options.ablation ?? null);
  const demoRun = config.demoRun ?? DEFAULTS.demoRun;
  const minuteSeconds = config.minuteSeconds ?? DEFAULTS.minuteSeconds;
  const durationMinutes = config.durationMinutes ?? DEFAULTS.durationMinutes;
  const startTimestamp = mode === 'normal' ? null : startOf(config, options);
  const steps =
    mode === 'normal'
      ? []
      : solveStorage({
          points,
          connections: plan.connections,
          acquireTimeoutMs: preset.pool.acquireTimeoutMs,
          minuteSeconds,
          durationMinutes,
          slowFrom: preset.slowFrom,
        });
  const acquireTimeoutMs = config.pool?.acquireTimeoutMs ?? preset.pool.acquireTimeoutMs;
  const scenario: Scenario = {
    version: 1,
    mode,
    title: preset.title,
    runId: runIdOf({ mode, demoRun }, startTimestamp, options.runIdSuffix),
    demoRun,
    startTimestamp,
    minuteSeconds,
    durationMinutes,
    shownMinutes: config.shownMinutes ?? durationMinutes,
    catalogRows: config.catalogRows ?? DEFAULTS.catalogRows,
    storageEmulation: config.storageEmulation ?? true,
    scale,
    ablation,
    phases: preset.phases(points),
    traffic: {
      baselineRpm: (config.traffic?.baselineRpm ?? NORMAL_RATES.baselineRpm) * scale,
      normalDemoRpm: NORMAL_RATES.demoRpm * scale,
      demoPoints: points.map(({ minute, rpm }) => ({ minute, rpm })),
    },
    pools: {
      recommendation: { max: poolMaxOf(config, plan, ablation), acquireTimeoutMs },
      baseline: { ...BASELINE_POOL },
    },
    timeouts: timeoutsOf(acquireTimeoutMs, preset.recommendationsMs, steps),
    indexes: indexesOf(config, preset.indexes, ablation),
    storage: { enabled: config.storageEmulation ?? true, steps },
    expectations: [],
  };
  scenario.expectations = mode === 'normal' ? [] : expectationsOf(scenario, plan, isGradable(scenario, plan));
  return scenario;
}

/** Minute 0: config's, else the caller's (a start stamped before), else stamped now. */
function startOf(config: ScenarioConfig, { nowSeconds, startTimestamp }: ResolveOptions): number {
  const delay = config.startDelaySeconds ?? DEFAULTS.startDelaySeconds;
  return config.demoStartTimestamp ?? startTimestamp ?? stampStart(nowSeconds, delay);
}

function poolMaxOf(config: ScenarioConfig, plan: OutagePlan, ablation: Ablation | null): number {
  if (ablation === 'pool') return scaledPool(presetOf('normal').pool.max, plan.scale);
  const override = config.pool?.max;
  return override === undefined ? plan.connections : scaledPool(override, plan.scale);
}

function indexesOf(
  config: ScenarioConfig,
  preset: Readonly<Record<IndexName, IndexState>>,
  ablation: Ablation | null,
): Record<IndexName, IndexState> {
  if (ablation === 'index') return { ...presetOf('normal').indexes };
  const indexes = { ...preset };
  for (const name of INDEX_NAMES) indexes[name] = config.indexes?.[name] ?? preset[name];
  return indexes;
}

/** Each caller waits longer than the one it calls, so that the cause answers first. */
function timeoutsOf(
  acquireTimeoutMs: number,
  leastRecommendationsMs: number,
  steps: readonly StorageStep[],
): Scenario['timeouts'] {
  const longestScanMs = Math.max(0, ...steps.map((step) => step.scanMs));
  const recommendationsMs = Math.max(leastRecommendationsMs, acquireTimeoutMs + longestScanMs + 500);
  return {
    // Twice the longest scan: a statement is only cancelled when something is wrong, never by the outage itself.
    statementMs: Math.max(4000, 2 * longestScanMs + 500),
    recommendationsMs,
    demoRequestMs: recommendationsMs + REST_OF_CHECKOUT_MS,
    baselineRequestMs: 2000,
  };
}

/**
 * Whether a run can be held against its curve: the cause is the one solved for, and a minute is long enough. An own
 * curve's minute must be longer than its requests: one and a half times the longest wait and scan.
 */
function isGradable(scenario: Scenario, { preset, connections, asPreset }: OutagePlan): boolean {
  const longestScanMs = Math.max(0, ...scenario.storage.steps.map((step) => step.scanMs));
  const requestSeconds = (preset.pool.acquireTimeoutMs + longestScanMs) / 1000;
  const leastMinuteSeconds = Math.max(preset.gradedFromMinuteSeconds, asPreset ? 0 : 1.5 * requestSeconds);
  return (
    scenario.storageEmulation &&
    scenario.ablation === null &&
    scenario.minuteSeconds >= leastMinuteSeconds &&
    scenario.pools.recommendation.max === connections &&
    scenario.pools.recommendation.acquireTimeoutMs === preset.pool.acquireTimeoutMs &&
    INDEX_NAMES.every((name) => scenario.indexes[name] === preset.indexes[name])
  );
}

function expectationsOf(scenario: Scenario, { points }: OutagePlan, gradable: boolean): MinuteExpectation[] {
  const simulated = simulatePool({
    minuteSeconds: scenario.minuteSeconds,
    durationMinutes: scenario.durationMinutes,
    points,
    connections: scenario.pools.recommendation.max,
    acquireTimeoutMs: scenario.pools.recommendation.acquireTimeoutMs,
    hold: holdOf(scenario),
  });
  return simulated.map(({ minute, errorRate, p50Ms, p95Ms, allP95Ms }) => ({
    minute,
    phase: phaseAt(scenario, minute)?.name ?? scenario.mode,
    rpm: meanRpm(points, minute, minute + 1),
    targetErrorRate: errorRateAt(points, minute),
    graded: gradable && minute >= 1 && points.some((point) => point.minute === minute),
    predicted: { errorRate, p50Ms, p95Ms, allP95Ms },
  }));
}

/** What the recommendation query's connection time depends on, in this scenario. */
export function holdOf(scenario: Scenario): number | readonly StorageStep[] {
  if (scenario.indexes.idx_products_category === 'present') return INDEX_SCAN_MS;
  return scenario.storage.enabled ? scenario.storage.steps : UNPACED_SCAN_MS;
}

/** One sentence on what a scenario's prediction rests on. */
export function predictionBasis(scenario: Scenario): string {
  const hold = holdOf(scenario);
  if (hold === INDEX_SCAN_MS)
    return `Predicted with the index present: a query of ${String(INDEX_SCAN_MS)} ms.`;
  if (hold === UNPACED_SCAN_MS) {
    return `Predicted without storage emulation: scans of ${String(UNPACED_SCAN_MS)} ms are assumed, the hardware decides; not graded.`;
  }
  return 'Predicted by simulation of the pool with the solved scan times.';
}
