import type { Curve } from '../api/curve';

/** What a graded minute may be off its target at minutes of this length or longer (points). */
const BAND_POINTS = 5;
/** Shorter minutes hold fewer requests: the band of `npm run demo` at 6 s. */
const SHORT_BAND_POINTS = 7.5;
const SHORT_MINUTE_SECONDS = 30;
/** Baseline stays below this share of errors. */
const BASELINE_ERROR_RATE = 0.02;

export interface GradedMinute {
  minute: number;
  target: number;
  observed: number;
  ok: boolean;
}

/** What the console itself can say of a run; `npm run demo` looks at the load as well. */
export interface ConsoleVerdict {
  kind: 'as promised' | 'not as promised' | 'not graded';
  band: number;
  graded: GradedMinute[];
  baselineErrors: number;
  baselineRequests: number;
  notes: string[];
}

/** Compares a run with its curve: the graded minutes that were seen to their end, and baseline. */
export function verdictOf(curve: Curve): ConsoleVerdict {
  const band = (curve.minuteSeconds >= SHORT_MINUTE_SECONDS ? BAND_POINTS : SHORT_BAND_POINTS) / 100;
  const graded = curve.minutes.flatMap(({ minute, target, observed }): GradedMinute[] =>
    target.graded && observed !== null && observed.complete && observed.errorRate !== null
      ? [
          {
            minute,
            target: target.errorRate,
            observed: observed.errorRate,
            ok: Math.abs(observed.errorRate - target.errorRate) <= band,
          },
        ]
      : [],
  );
  let baselineRequests = 0;
  let baselineErrors = 0;
  for (const { baseline } of curve.minutes) {
    if (baseline === null) continue;
    baselineRequests += baseline.requests;
    baselineErrors += Math.round((baseline.errorRate ?? 0) * baseline.requests);
  }
  const notes: string[] = [];
  if (!curve.storageEmulation) notes.push('Storage emulation was off: the hardware shaped the curve.');
  for (const { kind, text, minute } of curve.events) {
    if (kind === 'ablation' || kind === 'jumped') {
      notes.push(`At minute ${minute === null ? '0' : minute.toFixed(1)}: ${text}.`);
    }
  }
  const baselineOk = baselineRequests === 0 || baselineErrors / baselineRequests <= BASELINE_ERROR_RATE;
  const kind =
    graded.length === 0
      ? 'not graded'
      : graded.every(({ ok }) => ok) && baselineOk
        ? 'as promised'
        : 'not as promised';
  return { kind, band, graded, baselineErrors, baselineRequests, notes };
}
