import { z } from 'zod';
import { LIMITS } from '../../../scenario/config/limits';
import { requestedRun } from '../../../scenario/override/start';
import { DEMO_MODES, type Override, type Scenario } from '../../../scenario/types';
import { outageOf } from '../../lib/validate';

const OUTAGES = DEMO_MODES.filter((mode) => mode !== 'normal');
const { minuteSeconds, durationMinutes, rpm } = LIMITS;

/** Body of `POST /admin/start-demo`; everything may be left out. */
export const startDemoSchema = z.strictObject({
  scenario: z.enum(OUTAGES, { error: `must be one of ${OUTAGES.join(', ')}` }).default('blackfriday'),
  duration_minutes: z.number().int().min(durationMinutes.from).max(durationMinutes.to).optional(),
  peak_rpm: z.number().positive().max(rpm.to).optional(),
  minute_seconds: z.number().min(minuteSeconds.from).max(minuteSeconds.to).optional(),
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
 * The override that a start request asks for.
 *
 * @param now Unix seconds
 * @throws HttpError 400 `invalid-input` with the fields, for an outage that can't be made
 */
export function overrideFor(request: StartDemoRequest, desired: Scenario, now: number): Override {
  const wanted = {
    mode: request.scenario,
    minuteSeconds: request.minute_seconds,
    durationMinutes: request.duration_minutes,
    peakRpm: request.peak_rpm,
  };
  return outageOf(() => requestedRun(wanted, desired, { now, startedBy: 'load-generator' }), FIELD_OF_KEY);
}
