import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../scenario/config/config-error';
import { ConfigFileError, loadScenarioConfig } from '../../scenario/config/config-file';
import { ablationOf } from '../../scenario/causes/all';
import { predictedFlowAlertMinute } from '../../scenario/flow-prediction';
import { resolveScenario } from '../../scenario/resolve';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { ScenarioConfig } from '../../scenario/config/schema';
import type { Scenario } from '../../scenario/types';
import type { DemoOptions } from './arguments';
import { EXIT, Refusal } from '../../machine/errors';
import { DEFAULTS, LIMITS } from '../../scenario/config/limits';
import { runOf } from '../../scenario/override/change';

/** Real seconds between the beginning of the outage's cause and its first minute: indexes are dropped by then. */
export const LEAD_SECONDS = 5;

/**
 * The outage is held after its last minute (s), until it is healed: else storage would heal at the end of the timeline,
 * serve those who still wait, and leave nothing for the heal to prove.
 */
const HOLD_SECONDS = 30;
/** `--talk`: real seconds from minute 0 to the peak. */
const TALK_RAMP_SECONDS = 120;

/** A run before it begins. */
export type RunPlan = ReturnType<typeof planOf>;

/**
 * Resolves the scenario that the command line asks for, from the stack's file. How many products there are, and
 * (unless `--scale` says otherwise) the scale, are the running shop's.
 *
 * @param source a stack file
 * @param desired the running shop's scenario
 * @param nowSeconds Unix seconds
 * @param startTimestamp Unix seconds of minute 0, where somebody named it
 * @param digits tell runs apart that begin within the same second: their ids name the start
 * @throws Refusal for a config that can't be used (exit code 2) or that the running shop can't do (1)
 */
export function planRun(
  options: DemoOptions,
  source: Parameters<typeof loadScenarioConfig>[0],
  desired: Scenario,
  nowSeconds: number,
  digits: string = randomUUID().slice(0, 6),
  startTimestamp: number | null = null,
): RunPlan {
  if (options.rows !== null && options.rows !== desired.catalogRows) {
    throw new Refusal(
      `--rows ${options.rows}: the running shop's catalog has ${desired.catalogRows} products. ` +
        `Leave the option out, or start the shop with npm start -- --rows ${options.rows}.`,
    );
  }
  try {
    const config = configOf(options, loadScenarioConfig(source), desired);
    const runId = `demo-${digits}`;
    if (!options.talk) return planOf(options, config, desired, nowSeconds, runId, startTimestamp);
    // Where the peak is decides how long a minute is.
    const { peakMinute, holdMinute } = planOf(options, config, desired, nowSeconds, runId, null);
    const minuteSeconds = options.minuteSeconds ?? Math.max(1, TALK_RAMP_SECONDS / Math.max(1, peakMinute));
    return planOf(
      { ...options, toMinute: holdMinute },
      { ...config, minuteSeconds },
      desired,
      nowSeconds,
      runId,
      startTimestamp,
    );
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ConfigFileError) {
      throw new Refusal(error.message, EXIT.usage);
    }
    throw error;
  }
}

function configOf(options: DemoOptions, file: ScenarioConfig, desired: Scenario): ScenarioConfig {
  const raw: Record<string, unknown> = {
    ...file,
    ...options.keys,
    demoMode: options.mode,
    catalogRows: desired.catalogRows,
  };
  // A run of our own begins now, whatever start the stack has.
  delete raw.demoStartTimestamp;
  if (options.minuteSeconds !== null) raw.minuteSeconds = options.minuteSeconds;
  // Without --scale the running shop's counts: as a default, since a mode may need more.
  const traffic: Record<string, unknown> = {
    ...file.traffic,
    ...(options.keys?.traffic as ScenarioConfig['traffic']),
  };
  delete traffic.scale;
  if (options.scale !== null) traffic.scale = options.scale;
  if (options.curve !== null) {
    raw.curve = options.curve;
    // A file's other rates are about its own curve.
    delete traffic.demoBaseRpm;
    delete traffic.demoPeakRpm;
  }
  raw.traffic = traffic;
  return parseScenarioConfig(raw);
}

/** How many minutes the scenario runs: those that are shown, and those the outage is held after them. */
function runMinutes(shownMinutes: number, minuteSeconds: number): number {
  return Math.min(LIMITS.durationMinutes.to, shownMinutes + Math.ceil(HOLD_SECONDS / minuteSeconds));
}

function planOf(
  options: DemoOptions,
  config: ScenarioConfig,
  desired: Scenario,
  nowSeconds: number,
  runIdSuffix: string,
  startGiven: number | null,
) {
  const minuteSeconds = config.minuteSeconds ?? DEFAULTS.minuteSeconds;
  const shownMinutes = config.shownMinutes ?? config.durationMinutes ?? DEFAULTS.durationMinutes;
  const lastMinute = shownMinutes - 1;
  const { fromMinute } = options;
  if (fromMinute > lastMinute) throw beyond('--from', fromMinute, lastMinute);
  // "To minute 30" of 30 means to the end.
  if (options.toMinute !== null && options.toMinute > shownMinutes) {
    throw beyond('--to', options.toMinute, lastMinute);
  }
  const toMinute = Math.min(options.toMinute ?? lastMinute, lastMinute);
  const startTimestamp = startGiven ?? Math.ceil(nowSeconds + LEAD_SECONDS) - fromMinute * minuteSeconds;
  const scenario = resolveScenario(
    { ...config, shownMinutes, durationMinutes: runMinutes(shownMinutes, minuteSeconds) },
    {
      nowSeconds,
      startTimestamp,
      ablation: options.ablation,
      scaleDefault: Number((desired.scale * (ablationOf(options.ablation)?.lighter ?? 1)).toPrecision(3)),
      runIdSuffix,
    },
  );
  const peakMinute = peakMinuteOf(scenario);
  return {
    scenario,
    /** Whether somebody named the moment at which it starts. */
    startGiven: startGiven !== null,
    /** First minute in which as much is to fail as ever. */
    peakMinute,
    /** The minute at which a talk is held: at the peak, and not before the flow alert is predicted to fire. */
    holdMinute: Math.max(peakMinute, predictedFlowAlertMinute(scenario) ?? 0),
    fromMinute,
    /** Last minute, run to its end. */
    toMinute,
    /** The run as an override row; of a run by configuration just its clock counts. */
    override: runOf(scenario, 'cli', toMinute + 1),
  };
}

/** Unix seconds at which a demo minute is to begin. @param startTimestamp of minute 0, where it is not the plan's own */
export function startOf(
  { override, scenario }: Pick<RunPlan, 'override' | 'scenario'>,
  minute: number,
  startTimestamp: number = override.startTimestamp,
): number {
  return startTimestamp + minute * scenario.minuteSeconds;
}

/** The first minute of the highest target; without errors the first of the highest rate. */
export function peakMinuteOf({ expectations }: Pick<Scenario, 'expectations'>): number {
  const highest = Math.max(...expectations.map(({ targetErrorRate }) => targetErrorRate));
  const busiest = Math.max(...expectations.map(({ rpm }) => rpm));
  const peak = expectations.find(({ targetErrorRate, rpm }) =>
    highest > 0 ? targetErrorRate === highest : rpm === busiest,
  );
  return peak?.minute ?? 0;
}

function beyond(flag: string, minute: number, lastMinute: number): Refusal {
  return new Refusal(
    `${flag} ${minute}: must be at most ${lastMinute}, the scenario's last minute.`,
    EXIT.usage,
  );
}
