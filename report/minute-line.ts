import type { FlowMinute } from '../scenario/flow-alert';
import { FLOW_ATTRIBUTES } from '../scenario/types';
import { dollars, percent, wholeMilliseconds } from './format';
import { ended } from './limits';
import type { ReportMinute } from './report';

/**
 * What is printed of a demo minute, in the form of the seeds.
 *
 * @param soFar of the run's checkouts by the end of this minute: the seed's figures, which count up
 * @param totalLostUsd what the run has lost by the end of this minute; null when it is not known
 * @param style `blind` leaves out what a trainee is to find: the phase, and what was wanted and predicted
 */
export function minuteLines(
  minute: ReportMinute,
  durationMinutes: number,
  soFar: { requests: number; errors: number },
  totalLostUsd: number | null,
  style: { flowAlert: string; blind: boolean },
): string[] {
  const { demo, baseline, phase } = minute;
  return [
    `--- Minute ${minute.minute}/${durationMinutes} ---`,
    `  ${[
      !style.blind && `Phase: ${phase}`,
      `RPM: ${Math.round(demo.rpm)}`,
      `Requests: ${soFar.requests}`,
      `Errors: ${soFar.errors} (${percent(soFar.requests === 0 ? 0 : soFar.errors / soFar.requests)})`,
      `this minute ${demo.errors} of ${ended(demo)} failed (${percent(demo.errorRate)})`,
      `p95 ${wholeMilliseconds(demo.p95Ms)}`,
      `Flow alert: ${style.flowAlert}`,
      `baseline ${baseline.errors} of ${ended(baseline)} failed, p95 ${wholeMilliseconds(baseline.p95Ms)}`,
      `lost ${dollars(demo.lostRevenueUsd)}, ${dollars(totalLostUsd)} in total`,
      !style.blind &&
        `target ${percent(demo.target.errorRate)}, predicted ${percent(demo.predicted.errorRate)}`,
    ]
      .filter((part) => part !== false)
      .join(' | ')}`,
  ];
}

/** Where the flow alert stands, for a minute's line. @param sinceMinute when it fired first; null: it has not */
export function flowAlertText(fires: boolean, sinceMinute: number | null): string {
  if (fires) return sinceMinute === null ? 'firing' : `firing since minute ${sinceMinute}`;
  return sinceMinute === null ? 'armed' : `armed again (fired in minute ${sinceMinute})`;
}

/** A minute as the flow alert looks at it, by who saw its rates alone: its attributes count as seen. */
export function flowMinuteOf({ minute, demo }: Pick<ReportMinute, 'minute' | 'demo'>): FlowMinute {
  const seen = Object.fromEntries(FLOW_ATTRIBUTES.map((name) => [name, 1]));
  const { errorRate, p95Ms } = demo;
  return { minute, full: true, requests: ended(demo), errorRate, p95Ms, spans: seen };
}
