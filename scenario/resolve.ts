import { isDeepStrictEqual } from 'node:util';
import { ablationOf, CAUSES, delaysOf, partsOf, predictionOf } from './causes/all';
import type { CauseInput, CurveFault } from './causes/cause';
import type { CauseParts } from './causes/document';
import { ConfigError } from './config/config-error';
import { DEFAULTS } from './config/limits';
import type { ScenarioConfig } from './config/schema';
import { errorRateAt, meanRpm } from './curve';
import { SEED_FLOW_ALERT } from './flow-alert';
import { planOutage, pointFaults, scenarioFaults, type OutagePlan } from './feasibility';
import { SOLVED_FROM_ERROR_RATE } from './little';
import type { SimulatedMinute } from './prediction';
import { NORMAL_RATES, REST_OF_CHECKOUT_MS, type Preset } from './presets/preset';
import { runIdOf, stampStart } from './start';
import { phaseAt } from './timeline';
import type { Ablation, CurvePoint, FlowAlertRule, MinuteExpectation, Scenario } from './types';

export interface ResolveOptions {
  /** Unix seconds. */
  nowSeconds: number;
  /** Minute 0 in Unix seconds, used unless config sets `demoStartTimestamp`. */
  startTimestamp?: number | undefined;
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
  const { plan } = planOutage(config, { mode, scaleDefault });
  if (plan === null || faults.length > 0) throw new ConfigError(faults);
  const { preset, scale, points } = plan;
  const ablation = mode === 'normal' ? null : (options.ablation ?? null);
  const demoRun = config.demoRun ?? DEFAULTS.demoRun;
  const minuteSeconds = config.minuteSeconds ?? DEFAULTS.minuteSeconds;
  const durationMinutes = config.durationMinutes ?? DEFAULTS.durationMinutes;
  const startTimestamp = mode === 'normal' ? null : startOf(config, options);
  const input: CauseInput = {
    // `normal` heals, whatever a stack's file says of the outage's indexes and pool.
    config: mode === 'normal' ? { storageEmulation: config.storageEmulation } : config,
    settings: plan.settings,
    scale,
    points,
    minuteSeconds,
    durationMinutes,
  };
  const parts = partsOf(input);
  const resolved: Scenario = {
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
    browserTelemetry: config.browserTelemetry ?? DEFAULTS.browserTelemetry,
    scale,
    ablation,
    phases: preset.phases(points),
    traffic: {
      baselineRpm: (config.traffic?.baselineRpm ?? NORMAL_RATES.baselineRpm) * scale,
      normalDemoRpm: NORMAL_RATES.demoRpm * scale,
      demoPoints: points.map(({ minute, rpm }) => ({ minute, rpm })),
    },
    timeouts: timeoutsOf(parts, preset.recommendationsMs),
    ...parts,
    flowAlert: flowAlertOf(config, preset),
    orderValueUsd: config.orderValueUsd ?? preset.orderValueUsd,
    expectations: [],
  };
  if (mode === 'normal') return resolved;
  const scenario = { ...resolved, ...ablationOf(ablation)?.take(resolved) };
  // What a run is held against is what the causes would do if nothing of them were changed.
  const asSolved = { ...resolved, ...partsOf({ ...input, config: {} }) };
  const asWanted = CAUSES.every((cause) => isDeepStrictEqual(cause.partOf(scenario), cause.partOf(asSolved)));
  const { minutes, contradicted, isTarget = false } = predictionOf(asSolved);
  const solved = asWanted || isTarget || contradicted !== undefined ? minutes() : [];
  if (contradicted !== undefined) {
    const found = pointFaults(config, plan, contradictions(points, solved, contradicted));
    if (found.length > 0) throw new ConfigError(found);
  }
  scenario.expectations = expectationsOf(
    scenario,
    asWanted ? solved : predictionOf(scenario).minutes(),
    isTarget ? solved : [],
    plan,
    asWanted && isGradable(scenario, asSolved, plan),
  );
  return scenario;
}

/** Minute 0: config's, else the caller's (a start stamped before), else stamped now. */
function startOf(config: ScenarioConfig, { nowSeconds, startTimestamp }: ResolveOptions): number {
  const delay = config.startDelaySeconds ?? DEFAULTS.startDelaySeconds;
  return config.demoStartTimestamp ?? startTimestamp ?? stampStart(nowSeconds, delay);
}

/** The preset's rule is solved for its own curve; any other curve starts from the seed's. */
function flowAlertOf({ flowAlert, curve }: ScenarioConfig, preset: Preset): FlowAlertRule {
  const rule = curve === undefined ? preset.flowAlert : SEED_FLOW_ALERT;
  return {
    attributes: preset.flowAlert.attributes,
    errorRate: flowAlert?.errorRate ?? rule.errorRate,
    p95Ms: flowAlert?.p95Ms ?? rule.p95Ms,
    forMinutes: flowAlert?.forMinutes ?? rule.forMinutes,
  };
}

/** Each caller waits longer than the one it calls, so that the cause answers first. */
function timeoutsOf(parts: CauseParts, leastRecommendationsMs: number): Scenario['timeouts'] {
  const { waitMs, queryMs, restMs } = delaysOf(parts);
  const recommendationsMs = Math.max(leastRecommendationsMs, waitMs + queryMs + 500);
  return {
    // Twice the longest scan: a statement is only cancelled when something is wrong, never by the outage itself.
    statementMs: Math.max(4000, 2 * queryMs + 500),
    recommendationsMs,
    demoRequestMs: recommendationsMs + REST_OF_CHECKOUT_MS + restMs,
    baselineRequestMs: 2000,
  };
}

/**
 * Whether a minute is long enough to be held against its curve. An own curve's must be longer than its requests: one and a
 * half times the longest wait and scan.
 */
function isGradable(scenario: Scenario, asSolved: CauseParts, { preset, asPreset }: OutagePlan): boolean {
  const { waitMs, queryMs, restMs } = delaysOf(asSolved);
  const requestSeconds = (waitMs + queryMs + restMs) / 1000;
  const leastMinuteSeconds = Math.max(preset.gradedFromMinuteSeconds, asPreset ? 0 : 1.5 * requestSeconds);
  return scenario.ablation === null && scenario.minuteSeconds >= leastMinuteSeconds;
}

/** Points that are to have errors and are predicted without, and the other way round. @param why what to do about it */
function contradictions(
  points: readonly CurvePoint[],
  predicted: readonly SimulatedMinute[],
  why: (wantsErrors: boolean) => string,
): CurveFault[] {
  return points.flatMap(({ minute, errorRate }, index): CurveFault[] => {
    const found = predicted[Math.floor(minute)];
    const wantsErrors = errorRate >= SOLVED_FROM_ERROR_RATE;
    if (found === undefined || found.errorRate >= SOLVED_FROM_ERROR_RATE === wantsErrors) return [];
    return [{ index, field: 'rpm', message: why(wantsErrors) }];
  });
}

/** @param targets what a run is held against instead of the curve, by the minute; none where it is the curve */
function expectationsOf(
  scenario: Scenario,
  predicted: readonly SimulatedMinute[],
  targets: readonly SimulatedMinute[],
  { points }: OutagePlan,
  gradable: boolean,
): MinuteExpectation[] {
  return predicted.map(({ minute, errorRate, p50Ms, p95Ms, allP95Ms }) => ({
    minute,
    phase: phaseAt(scenario, minute)?.name ?? scenario.mode,
    rpm: meanRpm(points, minute, minute + 1),
    targetErrorRate: targets[minute]?.errorRate ?? errorRateAt(points, minute),
    graded: gradable && minute >= 1 && points.some((point) => point.minute === minute),
    predicted: { errorRate, p50Ms, p95Ms, allP95Ms },
  }));
}
