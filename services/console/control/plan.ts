import { randomUUID } from 'node:crypto';
import { ablate, withoutAblation } from '../../../scenario/ablate';
import { ConfigError } from '../../../scenario/config/config-error';
import { resolveScenario } from '../../../scenario/resolve';
import { parseScenarioConfig } from '../../../scenario/config/schema';
import { positionAt } from '../../../scenario/timeline';
import type { Ablation, EffectiveScenario, Override, Scenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';
import type { StartRequest } from './requests';

/** A run that somebody forgets ends so long after its last minute (s): the presenter explains before healing. */
export const GRACE_SECONDS = 300;
/** A held clock may stand so long (s), then the run ends by itself. */
export const LONGEST_HOLD_SECONDS = 3600;
/** A heal of an outage that stack config wants lasts so long (s): until then the config should say normal. */
export const HEAL_SECONDS = 3600;

export const STARTED_BY = 'console';

/** Which field of a start request a scenario key came from. */
const FIELD_OF_KEY: Readonly<Record<string, string>> = {
  demoMode: 'mode',
  durationMinutes: 'durationMinutes',
  minuteSeconds: 'minuteSeconds',
};

/**
 * The override that a start request asks for; what it doesn't name is the desired scenario's.
 *
 * @param nowSeconds Unix seconds
 * @param digits tell runs apart that begin within the same second
 * @throws HttpError 400 `invalid-input` with the fields, for an outage that can't be made
 */
export function planStart(
  request: StartRequest,
  desired: Scenario,
  nowSeconds: number,
  digits: string = randomUUID().slice(0, 6),
): Override {
  const startTimestamp = Math.ceil(nowSeconds + request.startInSeconds);
  const scenario = resolved(
    {
      demoMode: request.mode,
      demoRun: desired.demoRun,
      minuteSeconds: request.minuteSeconds ?? desired.minuteSeconds,
      catalogRows: desired.catalogRows,
      storageEmulation: desired.storageEmulation,
      ...(request.durationMinutes === undefined ? {} : { durationMinutes: request.durationMinutes }),
      traffic: { baselineRpm: desired.traffic.baselineRpm / desired.scale },
    },
    { nowSeconds, startTimestamp, scaleDefault: desired.scale, runIdSuffix: `console-${digits}` },
  );
  if (request.holdAtMinute !== undefined && request.holdAtMinute >= scenario.durationMinutes) {
    const reason = `must be before the run's end at minute ${scenario.durationMinutes}`;
    throw new HttpError(400, 'invalid-input', `Invalid input: holdAtMinute: ${reason}`, {
      fields: [{ field: 'holdAtMinute', reason }],
    });
  }
  return {
    runId: scenario.runId,
    mode: scenario.mode,
    startTimestamp,
    pausedAt: null,
    ablation: null,
    expiresAt: expiryOf(scenario, startTimestamp, null),
    startedBy: STARTED_BY,
    scenario,
  };
}

function resolved(raw: Record<string, unknown>, options: Parameters<typeof resolveScenario>[1]): Scenario {
  try {
    return resolveScenario(parseScenarioConfig(raw), options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const fields = error.faults.map(({ key, message }) => ({
      field: FIELD_OF_KEY[key] ?? key,
      reason: message,
    }));
    const summary = fields.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
    throw new HttpError(400, 'invalid-input', `No such outage can be made: ${summary}`, { fields });
  }
}

/** The run in force as an override row: its own, or one made of the desired scenario, which goes on under its id. */
export function asOverride(effective: EffectiveScenario, startedBy: string = STARTED_BY): Override {
  const { scenario, startTimestamp, pausedAt, expiresAt } = effective;
  if (startTimestamp === null) throw new Error(`mode ${scenario.mode} has no start`);
  return {
    runId: scenario.runId,
    mode: scenario.mode,
    startTimestamp,
    pausedAt,
    ablation: scenario.ablation,
    expiresAt: expiresAt ?? expiryOf(scenario, startTimestamp, pausedAt),
    startedBy,
    scenario,
  };
}

/** Holds the clock at `atSeconds`. */
export function planPause(run: Override, atSeconds: number): Override {
  return { ...run, pausedAt: atSeconds, expiresAt: expiryOf(run.scenario, run.startTimestamp, atSeconds) };
}

/** Lets the clock go on from where it was held: the start moves. */
export function planResume(run: Override, nowSeconds: number): Override {
  if (run.pausedAt === null) return run;
  return startedAt(run, run.startTimestamp + nowSeconds - run.pausedAt, null);
}

/**
 * Sets the clock to a demo minute; a held one stays held.
 *
 * @throws HttpError 400 beyond the run's end
 */
export function planGoto(run: Override, minute: number, nowSeconds: number): Override {
  const { durationMinutes, minuteSeconds } = run.scenario;
  if (minute >= durationMinutes) {
    const reason = `must be less than ${durationMinutes}, the minute at which this run ends`;
    throw new HttpError(400, 'invalid-input', `Invalid input: minute: ${reason}`, {
      fields: [{ field: 'minute', reason }],
    });
  }
  // Where the clock is held it is held from now on, at the new minute.
  const pausedAt = run.pausedAt === null ? null : nowSeconds;
  return startedAt(run, nowSeconds - minute * minuteSeconds, pausedAt);
}

/** Takes a cause out, or puts both back. @param original the run before anything was taken out; null: unknown */
export function planAblate(
  run: Override,
  ablation: Ablation | null,
  original: Scenario | null,
  nowSeconds: number,
): Override {
  const before = original ?? withoutAblation(run.scenario);
  const { minute } = positionAt(run, nowSeconds);
  const scenario = ablate(
    { ...before, startTimestamp: run.scenario.startTimestamp },
    run.scenario,
    ablation,
    minute ?? 0,
  );
  return { ...run, ablation, scenario };
}

/** An override that heals an outage which stack config wants, for a while. */
export function planHeal(desired: Scenario, nowSeconds: number, digits = randomUUID().slice(0, 6)): Override {
  const scenario = resolved(
    {
      demoMode: 'normal',
      minuteSeconds: desired.minuteSeconds,
      catalogRows: desired.catalogRows,
      storageEmulation: desired.storageEmulation,
      traffic: { baselineRpm: desired.traffic.baselineRpm / desired.scale },
    },
    { nowSeconds, scaleDefault: desired.scale },
  );
  return {
    runId: `healed-console-${digits}`,
    mode: 'normal',
    startTimestamp: nowSeconds,
    pausedAt: null,
    ablation: null,
    expiresAt: nowSeconds + HEAL_SECONDS,
    startedBy: STARTED_BY,
    scenario,
  };
}

function startedAt(run: Override, startTimestamp: number, pausedAt: number | null): Override {
  const scenario = { ...run.scenario, startTimestamp };
  return {
    ...run,
    startTimestamp,
    pausedAt,
    scenario,
    expiresAt: expiryOf(scenario, startTimestamp, pausedAt),
  };
}

function expiryOf(scenario: Scenario, startTimestamp: number, pausedAt: number | null): number {
  const end = startTimestamp + scenario.durationMinutes * scenario.minuteSeconds + GRACE_SECONDS;
  return pausedAt === null ? end : Math.max(end, pausedAt) + LONGEST_HOLD_SECONDS;
}
