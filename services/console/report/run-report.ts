import type { Evidence } from '../../../report/evidence';
import { totalLostRevenueUsd } from '../../../report/lost-revenue';
import type { CohortMinute } from '../../../report/observation';
import { reportHead, reportMinute, type Report, type ReportMinute } from '../../../report/report';
import { predictedFlowAlertMinute } from '../../../scenario/flow-prediction';
import { judge } from '../../../report/verdict';
import type { Curve, CurveMinute } from '../api/curve';
import type { ExplainAnswer } from '../api/explain';
import type { TraceTree } from '../api/trace-tree';
import type { KnownRun, RunEvent } from '../runs/run-book';

/** Of an event what a report says: not that the run began and was healed, which stands in its head. */
const TOLD: readonly RunEvent['kind'][] = ['ablation', 'paused', 'resumed', 'jumped', 'slept'];

/**
 * A run as its report: what the telemetry tells of it. What only the run's command sees (the load that was offered,
 * baseline's minute-long windows, the verified heal) is null.
 */
export function reportOf(curve: Curve, run: KnownRun): Report {
  const { scenario, startTimestamp } = run.effective;
  const minutes = minutesOf(curve, run);
  const began = run.startTimestamp ?? startTimestamp ?? run.seenMs / 1000;
  const [alert] = curve.flowAlert.incidents;
  return judge({
    ...reportHead(scenario, began + (minutes[0]?.minute ?? 0) * scenario.minuteSeconds),
    // What was taken out on the way makes its minutes ungraded; a run without a cause from the start is held against that.
    ablation: run.original.ablation,
    flowAlertPlanned: {
      minute: predictedFlowAlertMinute(run.original),
      rule: run.original.flowAlert,
    },
    minutes,
    lostRevenueUsd: totalLostRevenueUsd(minutes),
    load: null,
    baseline: null,
    healed: null,
    endedMinute: run.endMinute,
    ranOn: null,
    events: [
      ...run.events
        .filter(({ kind }) => TOLD.includes(kind))
        .map(({ at, kind, minute, text, slept }) => ({
          at,
          minute: Math.max(0, Math.floor(minute ?? 0)),
          text,
          ...(slept === undefined ? {} : { slept }),
          ...(kind === 'ablation' && minute !== null ? { mark: { minute, label: text } } : {}),
        })),
      ...sampled(curve, began),
    ],
    flowAlertMinute: alert?.fromMinute ?? null,
    machine: null,
    blindSeed: null,
  });
}

/** That figures are estimates, if they are. */
function sampled({ minutes, minuteSeconds }: Curve, began: number): Report['events'] {
  const kept = minutes.flatMap(({ minute, observed }) =>
    observed !== null && observed.keptOneIn > 1 ? [{ minute, oneIn: observed.keptOneIn }] : [],
  );
  const [first] = kept;
  if (first === undefined) return [];
  const most = Math.max(...kept.map(({ oneIn }) => oneIn));
  return [
    {
      at: new Date((began + first.minute * minuteSeconds) * 1000).toISOString(),
      minute: first.minute,
      text:
        `more spans came than the console can take: in ${kept.length} minutes from here on its figures ` +
        `are reckoned from 1 of ${most} traces`,
    },
  ];
}

/** The minutes that were seen to their end, and those between them of which nothing came. */
function minutesOf(curve: Curve, run: KnownRun): ReportMinute[] {
  const { expectations, shownMinutes } = run.effective.scenario;
  const shown = curve.minutes.slice(0, shownMinutes);
  const seen = shown.filter(({ observed }) => observed?.complete === true);
  const [first, last] = [seen[0]?.minute ?? 0, seen.at(-1)?.minute ?? -1];
  const jumped = run.events.some(({ kind }) => kind === 'jumped');
  const cut = minutesCut(run);
  return expectations.slice(0, last + 1).flatMap((expected) => {
    const minute = shown[expected.minute];
    if (minute === undefined || expected.minute < first || (minute.observed === null && jumped)) return [];
    return [
      reportMinute(
        cut.has(expected.minute) ? { ...expected, graded: false } : expected,
        { demo: cohortOf(minute.observed), baseline: cohortOf(minute.baseline) },
        minute.observed?.lostUsd ?? null,
      ),
    ];
  });
}

/** Minutes through which the clock did not run as a whole: entered or left by a jump, or cut by the heal. */
function minutesCut({ events, endMinute, effective }: KnownRun): Set<number> {
  const cuts = [
    ...events.flatMap(({ kind, minute, fromMinute = null }) =>
      kind === 'jumped' ? [minute, fromMinute] : [],
    ),
    // One that was held until the heal was seen as long as any other.
    effective.pausedAt === null ? endMinute : null,
  ];
  return new Set(cuts.filter((minute) => minute !== null).map(Math.floor));
}

function cohortOf(seen: CurveMinute['observed'] | CurveMinute['baseline']): CohortMinute {
  const { requests = 0, errors = 0, rpm = null, errorRate = null, p50Ms = null, p95Ms = null } = seen ?? {};
  return {
    rpm: rpm ?? 0,
    scheduled: requests,
    completed: requests - errors,
    errors,
    errorRate: errorRate ?? 0,
    p50Ms,
    p95Ms,
  };
}

/** What the report shows of the cause. */
export function evidenceOf(
  curve: Curve,
  explain: ExplainAnswer,
  traces: { failing: TraceTree | null; healthy: TraceTree | null },
): Evidence {
  return {
    causes: curve.minutes.map(({ minute, query, pool }) => ({ minute, query, pool })),
    plans: {
      withIndex: explain.withIndex?.lines ?? null,
      withoutIndex: explain.withoutIndex?.lines ?? null,
    },
    traces,
  };
}
