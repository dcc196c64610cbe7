import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from '../../scenario/config/config-error';
import { resolveScenario } from '../../scenario/resolve';
import { parseScenarioConfig } from '../../scenario/config/schema';
import { DEMO_MODES, type Override, type Scenario } from '../../scenario/types';
import { HttpError } from '../lib/errors';

/** The override outlives its run by this much (s), so that the last requests are answered under its conditions. */
const EXPIRES_AFTER_END_SECONDS = 10;

const OUTAGES = DEMO_MODES.filter((mode) => mode !== 'normal');

/** Body of `POST /admin/start-demo`; everything may be left out. */
export const startDemoSchema = z.strictObject({
  scenario: z.enum(OUTAGES, { error: `must be one of ${OUTAGES.join(', ')}` }).default('blackfriday'),
  duration_minutes: z.number().int().min(1).max(1440).optional(),
  peak_rpm: z.number().positive().max(1_000_000).optional(),
  minute_seconds: z.number().min(1).max(3600).optional(),
});
export type StartDemoRequest = z.infer<typeof startDemoSchema>;

/** Body of `POST /admin/stop-demo`. */
export const stopDemoSchema = z.strictObject({ run_id: z.string().min(1).max(200).optional() });

/** Which field of the request a scenario key came from. */
const FIELD_OF_KEY: Readonly<Record<string, string>> = {
  demoMode: 'scenario',
  durationMinutes: 'duration_minutes',
  'traffic.demoPeakRpm': 'peak_rpm',
  'traffic.scale': 'peak_rpm',
  minuteSeconds: 'minute_seconds',
};

/**
 * The override that a start request asks for. What it doesn't name (minute length, catalog, emulation, scale) is the
 * desired scenario's.
 *
 * @param nowSeconds Unix seconds
 * @param digits tell runs apart that begin within the same second, e.g. after a stop: their ids name the start
 * @throws HttpError 400 `invalid-input` with the fields, for an outage that can't be made
 */
export function overrideFor(
  request: StartDemoRequest,
  desired: Scenario,
  nowSeconds: number,
  digits: string = randomUUID().slice(0, 6),
): Override {
  const scenario = resolved(request, desired, nowSeconds, `admin-${digits}`);
  const { startTimestamp } = scenario;
  if (startTimestamp === null) throw new Error(`mode ${scenario.mode} has no start`);
  return {
    runId: scenario.runId,
    mode: scenario.mode,
    startTimestamp,
    pausedAt: null,
    ablation: null,
    expiresAt: startTimestamp + scenario.durationMinutes * scenario.minuteSeconds + EXPIRES_AFTER_END_SECONDS,
    startedBy: 'load-generator',
    scenario,
  };
}

function resolved(
  request: StartDemoRequest,
  desired: Scenario,
  nowSeconds: number,
  runIdSuffix: string,
): Scenario {
  const defined = <T>(key: string, value: T | undefined) => (value === undefined ? {} : { [key]: value });
  try {
    const config = parseScenarioConfig({
      demoMode: request.scenario,
      demoRun: desired.demoRun,
      minuteSeconds: request.minute_seconds ?? desired.minuteSeconds,
      catalogRows: desired.catalogRows,
      storageEmulation: desired.storageEmulation,
      ...defined('durationMinutes', request.duration_minutes),
      traffic: {
        baselineRpm: desired.traffic.baselineRpm / desired.scale,
        ...defined('demoPeakRpm', request.peak_rpm),
      },
    });
    // The scale is a default, not a demand: a mode that needs more of it gets it.
    return resolveScenario(config, { nowSeconds, scaleDefault: desired.scale, runIdSuffix });
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
