import { randomUUID } from 'node:crypto';
import { ConfigError } from '../config/config-error';
import { parseScenarioConfig } from '../config/parse';
import { resolveScenario } from '../resolve';
import type { DemoMode, Override, Scenario } from '../types';
import { healthyRun, runOf } from './change';
import { HEAL_SECONDS, type StartedBy } from './lease';

/** A run that is asked for at run time; what it doesn't name is the desired scenario's. */
export interface RunRequest {
  mode: DemoMode;
  minuteSeconds?: number | undefined;
  durationMinutes?: number | undefined;
  /** Highest rate of demo checkouts, before the scale. */
  peakRpm?: number | undefined;
  /** Unix seconds of minute 0; without it the default delay holds. */
  startTimestamp?: number | undefined;
}

/**
 * The override that a request asks for.
 *
 * @param now Unix seconds
 * @param digits tell runs apart that begin within the same second: their ids name the start
 * @param rolls whether something follows an override by rolling out another release, as the local runner does; a
 *   cluster's pods are rolled out by `pulumi up` alone
 * @throws ConfigError for an outage that can't be made
 */
export function requestedRun(
  request: RunRequest,
  desired: Scenario,
  {
    now,
    startedBy,
    rolls,
    digits = newDigits(),
  }: { now: number; startedBy: StartedBy; rolls: boolean; digits?: string },
): Override {
  const { mode, minuteSeconds = desired.minuteSeconds, durationMinutes, peakRpm, startTimestamp } = request;
  const config = parseScenarioConfig({
    ...shopOf(desired),
    demoMode: mode,
    minuteSeconds,
    durationMinutes,
    // A rule that the stack has for this very outage holds for this run of it, too.
    ...(desired.mode === mode && {
      flowAlert: thresholdsOf(desired),
      orderValueUsd: desired.orderValueUsd,
    }),
    traffic: { ...baselineOf(desired), demoPeakRpm: peakRpm },
  });
  const scenario = resolveScenario(config, {
    nowSeconds: now,
    startTimestamp,
    // The scale is a default, not a demand: a mode that needs more of it gets it.
    scaleDefault: desired.scale,
    runIdSuffix: `${startedBy === 'load-generator' ? 'admin' : startedBy}-${digits}`,
  });
  if (!rolls && scenario.releases.checkout !== desired.releases.checkout) {
    throw new ConfigError([
      {
        key: 'demoMode',
        value: mode,
        message: `needs checkout's release ${scenario.releases.checkout}, which here only an update rolls out: pulumi config set demoMode ${mode} && pulumi up (or npm run demo -- --target stack --mode ${mode})`,
      },
    ]);
  }
  return runOf(scenario, startedBy);
}

/** Normal operations for the shop that runs, at its own rates or those of another scale. @param now Unix seconds */
export function healthyScenario(running: Scenario, now: number, scale: number = running.scale): Scenario {
  return resolveScenario(
    parseScenarioConfig({
      ...shopOf(running),
      demoMode: 'normal',
      minuteSeconds: running.minuteSeconds,
      traffic: baselineOf(running),
    }),
    { nowSeconds: now, scaleDefault: scale },
  );
}

/** An override that heals, at the console, an outage which stack config wants, for a while. @param now Unix seconds */
export function healingRun(desired: Scenario, now: number, digits: string = newDigits()): Override {
  return healthyRun(healthyScenario(desired, now), {
    runId: `healed-console-${digits}`,
    startedBy: 'console',
    now,
    seconds: HEAL_SECONDS.console,
  });
}

function shopOf({ demoRun, catalogRows, browserTelemetry, storageEmulation }: Scenario) {
  return { demoRun, catalogRows, browserTelemetry, storageEmulation };
}

function thresholdsOf({ flowAlert: { errorRate, p95Ms, forMinutes } }: Scenario) {
  return { errorRate, p95Ms, forMinutes };
}

function baselineOf({ traffic, scale }: Scenario) {
  return { baselineRpm: traffic.baselineRpm / scale };
}

function newDigits(): string {
  return randomUUID().slice(0, 6);
}
