import { FLOW_THRESHOLDS } from '../scenario/flow-alert';
import { dollars, percent } from './format';
import { ended } from './limits';
import type { ReportMinute } from './report';

/**
 * What is told of a demo minute, in the form of the seeds.
 *
 * @param totalLostUsd what the run has lost by the end of this minute; null when it is not known
 * @param style `blind` leaves out what a trainee is to find: the phase, and what was wanted and predicted
 */
export function minuteLines(
  minute: ReportMinute,
  durationMinutes: number,
  totalLostUsd: number | null,
  style: { flowAlert: string; blind: boolean },
): string[] {
  const { demo, baseline, phase } = minute;
  return [
    `--- Minute ${minute.minute}/${durationMinutes} ---`,
    [
      ...(style.blind ? [] : [`Phase: ${phase}`]),
      `RPM: ${Math.round(demo.rpm)}`,
      `Requests: ${ended(demo)}`,
      `Errors: ${demo.errors} (${percent(demo.errorRate)})`,
      `p95 ${milliseconds(demo.p95Ms)}`,
      `Flow alert: ${style.flowAlert}`,
      `baseline ${baseline.errors} of ${ended(baseline)} failed, p95 ${milliseconds(baseline.p95Ms)}`,
      `lost ${dollars(demo.lostRevenueUsd)}, ${dollars(totalLostUsd)} in total`,
      ...(style.blind
        ? []
        : [`target ${percent(demo.target.errorRate)}, predicted ${percent(demo.predicted.errorRate)}`]),
    ]
      .join(' | ')
      .replace(/^/, '  '),
  ];
}

/** Where the flow alert stands, for a minute's line. @param sinceMinute when it fired first; null: it has not */
export function flowAlertText(fires: boolean, sinceMinute: number | null): string {
  if (fires) return sinceMinute === null ? 'firing' : `firing since minute ${sinceMinute}`;
  return sinceMinute === null ? 'armed' : `armed again (fired in minute ${sinceMinute})`;
}

/** Whether this minute's demo cohort has the numbers on which the flow alert fires. */
export function firesFlowAlert({ demo }: Pick<ReportMinute, 'demo'>): boolean {
  return (
    demo.errorRate > FLOW_THRESHOLDS.errorRate && demo.p95Ms !== null && demo.p95Ms > FLOW_THRESHOLDS.p95Ms
  );
}

function milliseconds(ms: number | null): string {
  return ms === null ? '-' : `${Math.round(ms)} ms`;
}
