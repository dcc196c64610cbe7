import { ablationsOf, ALL_CAUSES } from '../../../scenario/causes/all';
import { DEFAULTS } from '../../../scenario/config/limits';
import { presetOf } from '../../../scenario/presets/all';
import { FLOW_ALERT_MINUTE } from '../../../scenario/presets/preset';
import { DEFAULT_OUTAGE, OUTAGES, type DemoMode } from '../../../scenario/types';

/** What the page offers besides buttons. */
export type Choices = ReturnType<typeof choicesOf>;

/** Seconds of a demo minute: of a lecture, a talk, a short one, a quick look. */
const PACES = [60, 30, 10, 6];

/** Outages to start; `peakMinute` is where one is held: its errors are at their highest and its flow alert has fired. */
const OUTAGES_OFFERED = OUTAGES.map((mode) => {
  const { title, curve } = presetOf(mode);
  const highest = Math.max(...curve.map(({ errorRate }) => errorRate));
  const peak = curve.find(({ errorRate }) => errorRate === highest)?.minute ?? 0;
  return { mode, title, peakMinute: Math.max(peak, FLOW_ALERT_MINUTE) };
});

/** How long a demo minute may take, and a whole run with it (real seconds). */
const PACES_OFFERED = PACES.map((minuteSeconds) => ({
  minuteSeconds,
  runSeconds: minuteSeconds * DEFAULTS.durationMinutes,
}));

/** What a shop offers in a mode. */
export function choicesOf(mode: DemoMode) {
  const outage = mode === 'normal' ? DEFAULT_OUTAGE : mode;
  return {
    outages: OUTAGES_OFFERED,
    paces: PACES_OFFERED,
    /** Causes to put right, and `none` to put all back, as a presenter says it. */
    ablations: [
      ...ablationsOf(outage).map(({ name, action }) => ({ what: name, action })),
      { what: 'none' as const, action: ALL_CAUSES.action },
    ],
    /** The talk about the outage under way; without one, about the one that is started where none is named. */
    talk: presetOf(outage).talk,
  };
}
