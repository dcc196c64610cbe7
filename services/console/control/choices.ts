import { ablationsOf, ALL_CAUSES } from '../../../scenario/causes/all';
import type { Ablation } from '../../../scenario/causes/document';
import { DEFAULTS } from '../../../scenario/config/limits';
import { presetOf } from '../../../scenario/presets/all';
import { FLOW_ALERT_MINUTE, type TalkAct } from '../../../scenario/presets/preset';
import { DEFAULT_OUTAGE, OUTAGES, type DemoMode } from '../../../scenario/types';

/** What the page offers besides buttons. */
export interface Choices {
  /** Outages to start; `peakMinute` is where one is held: its errors are at their highest and its flow alert has fired. */
  outages: { mode: DemoMode; title: string; peakMinute: number }[];
  /** How long a demo minute may take, and a whole run with it (real seconds). */
  paces: { minuteSeconds: number; runSeconds: number }[];
  /** Causes to put right, and `none` to put all back, as a presenter says it. */
  ablations: { what: Ablation | 'none'; action: string }[];
  /** The talk about the outage under way; without one, about the one that is started where none is named. */
  talk: readonly TalkAct[];
}

/** Seconds of a demo minute: of a lecture, a talk, a short one, a quick look. */
const PACES = [60, 30, 10, 6];

const OUTAGES_OFFERED: Choices['outages'] = OUTAGES.map((mode) => {
  const { title, curve } = presetOf(mode);
  const highest = Math.max(...curve.map(({ errorRate }) => errorRate));
  const peak = curve.find(({ errorRate }) => errorRate === highest)?.minute ?? 0;
  return { mode, title, peakMinute: Math.max(peak, FLOW_ALERT_MINUTE) };
});

const PACES_OFFERED: Choices['paces'] = PACES.map((minuteSeconds) => ({
  minuteSeconds,
  runSeconds: minuteSeconds * DEFAULTS.durationMinutes,
}));

/** What a shop offers in a mode. */
export function choicesOf(mode: DemoMode): Choices {
  const outage = mode === 'normal' ? DEFAULT_OUTAGE : mode;
  return {
    outages: OUTAGES_OFFERED,
    paces: PACES_OFFERED,
    ablations: [
      ...ablationsOf(outage).map(({ name, action }) => ({ what: name, action })),
      { what: 'none', action: ALL_CAUSES.action },
    ],
    talk: presetOf(outage).talk,
  };
}
