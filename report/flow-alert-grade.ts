import { flowAlertRuleText } from '../scenario/flow-alert';
import { FLOW_ALERT_MINUTES } from './limits';
import type { Report, RunFacts } from './report';
import { sleptMinutes } from './slept';

/** Whether the flow alert fired when it was predicted to, of a run that is held against its curve. */
export type FlowAlertGrade = { kind: 'failed' | 'not graded'; why: string } | { kind: 'as predicted' };

type Facts = Pick<
  RunFacts,
  'flowAlertMinute' | 'flowAlertPlanned' | 'minutes' | 'planned' | 'events' | 'ranOn'
>;

/**
 * Grades the flow alert: it fires within {@link FLOW_ALERT_MINUTES} of its predicted minute. A run that left out
 * minutes which the alert has to see can't be held against that.
 */
export function flowAlertGrade(facts: Facts): FlowAlertGrade {
  const { flowAlertMinute, flowAlertPlanned, minutes, planned } = facts;
  if (flowAlertPlanned === null) return { kind: 'not graded', why: 'it was not predicted' };
  const { minute, rule } = flowAlertPlanned;
  const last = planned.at(-1)?.minute ?? 0;
  const [from, to] =
    minute === null
      ? [0, last]
      : [
          Math.max(0, minute - rule.forMinutes + 1 - FLOW_ALERT_MINUTES),
          Math.min(last, minute + FLOW_ALERT_MINUTES),
        ];
  const slept = sleptMinutes(facts);
  const seen = new Set(minutes.flatMap((each) => (slept.has(each.minute) ? [] : [each.minute])));
  for (let each = from; each <= to; each++) {
    if (!seen.has(each)) return { kind: 'not graded', why: `it looks at minutes ${from} to ${to}` };
  }
  const wanted = minute === null ? 'must not fire' : `minute ${minute} was predicted`;
  const right =
    minute === null || flowAlertMinute === null
      ? minute === flowAlertMinute
      : Math.abs(flowAlertMinute - minute) <= FLOW_ALERT_MINUTES;
  return right
    ? { kind: 'as predicted' }
    : { kind: 'failed', why: `flow alert: ${firedText(flowAlertMinute)}, ${wanted}` };
}

function firedText(minute: number | null): string {
  return minute === null ? 'did not fire' : `fired in minute ${minute}`;
}

/** When the flow alert fired and when it was to, for a person. */
export function flowAlertOutcome({
  flowAlertMinute,
  flowAlertPlanned,
}: Pick<Report, 'flowAlertMinute' | 'flowAlertPlanned'>): string {
  const seen = firedText(flowAlertMinute);
  // Reports of older versions have no prediction of it.
  const planned = (flowAlertPlanned as Report['flowAlertPlanned'] | undefined) ?? null;
  if (planned === null) return seen;
  const wanted = planned.minute === null ? 'never' : `minute ${planned.minute}`;
  return `${seen} (predicted: ${wanted}; ${flowAlertRuleText(planned.rule)})`;
}
