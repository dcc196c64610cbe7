import { z } from 'zod';
import { LIMITS } from '../../../scenario/config/limits';
import { rateRange } from '../../../scenario/curve';
import { predictedFlowAlertMinute } from '../../../scenario/flow-prediction';
import { presetOf } from '../../../scenario/presets/all';
import { bandOf } from '../../../report/limits';
import { percent } from '../../../report/format';
import { DEFAULT_OUTAGE, OUTAGES, type Override, type Scenario } from '../../../scenario/types';
import { runAskedFor } from '../../lib/requested-run';

const { minuteSeconds, durationMinutes, rpm } = LIMITS;

/** Body of `POST /admin/start-demo`; everything may be left out. */
export const startDemoSchema = z.strictObject({
  scenario: z.enum(OUTAGES, { error: `must be one of ${OUTAGES.join(', ')}` }).default(DEFAULT_OUTAGE),
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

/** Whether a request has the shape of seed 004's body, whose `blackfriday` is our `blackfriday-v3`. */
function isSeed004({ scenario, peak_rpm }: StartDemoRequest): boolean {
  return scenario === 'blackfriday' && peak_rpm === rateRange(presetOf('blackfriday-v3').curve).peakRpm;
}

function modeOf(request: StartDemoRequest): StartDemoRequest['scenario'] {
  return isSeed004(request) ? 'blackfriday-v3' : request.scenario;
}

/** What a start request resolved to, and what of it may surprise who sent it. */
export function resolvedRun(request: StartDemoRequest, { scenario }: Override) {
  const shown = scenario.expectations.slice(0, scenario.shownMinutes);
  const peak = shown.reduce((highest, minute) =>
    minute.predicted.errorRate > highest.predicted.errorRate ? minute : highest,
  );
  const promised = Math.max(0, ...presetOf(scenario.mode).curve.map(({ errorRate }) => errorRate));
  const alertMinute = predictedFlowAlertMinute({ ...scenario, expectations: shown });
  const warnings: string[] = [];
  if (isSeed004(request)) {
    warnings.push(
      `peak_rpm ${request.peak_rpm} is seed 004's scenario, which is called blackfriday-v3 here: that was started.`,
    );
  }
  if (Math.abs(peak.predicted.errorRate - promised) > bandOf(60)) {
    warnings.push(
      `This run's errors peak at ${percent(peak.predicted.errorRate)} (minute ${peak.minute}), the preset's at ${percent(promised)}.`,
    );
  }
  if (alertMinute === null) warnings.push('The flow alert is not predicted to fire in this run.');
  return {
    pool_max: scenario.pools.recommendation.max,
    predicted_peak: { minute: peak.minute, error_rate: percent(peak.predicted.errorRate) },
    flow_alert_minute: alertMinute,
    warnings,
  };
}

/**
 * The override that a start request asks for.
 *
 * @param now Unix seconds
 * @throws HttpError 400 `invalid-input` with the fields, for an outage that can't be made
 */
export function overrideFor(request: StartDemoRequest, desired: Scenario, now: number): Override {
  const wanted = {
    mode: modeOf(request),
    minuteSeconds: request.minute_seconds,
    durationMinutes: request.duration_minutes,
    peakRpm: request.peak_rpm,
  };
  return runAskedFor(wanted, desired, { now, startedBy: 'load-generator' }, FIELD_OF_KEY);
}
