import type { PastRun } from './past-runs';
import { percent, wholeMilliseconds } from '../../report/format';
import { ended, totalOf } from '../../report/limits';
import { gradeOf } from '../../report/verdict';

/** One run as a line of the history. */
type HistoryRow = ReturnType<typeof rowOf> & {
  /** Against the last comparable run (same scenario, scale and minute length) before it. */
  trend: 'better' | 'worse' | 'same' | null;
};

/** Deviations that differ by less are the same (share). */
const SAME = 0.005;

/** The rows of the history, the oldest first. A blind run that was not revealed hides what it was. */
export function historyRows(runs: readonly PastRun[]): HistoryRow[] {
  const rows: HistoryRow[] = [];
  for (const run of runs) {
    const row = rowOf(run);
    const before = rows.findLast(
      (other) =>
        other.scenario === row.scenario &&
        other.ablation === row.ablation &&
        other.scale === row.scale &&
        other.minuteSeconds === row.minuteSeconds &&
        other.meanDeviation !== null,
    );
    rows.push({ ...row, trend: trendOf(before?.meanDeviation ?? null, row.meanDeviation) });
  }
  return rows;
}

function rowOf(run: PastRun) {
  const hidden = run.exercise !== null && !run.revealed;
  const differences = hidden
    ? []
    : run.minutes
        .filter(({ demo }) => demo.graded && ended(demo) > 0)
        .map(({ minute, demo }) => ({ minute, difference: demo.errorRate - demo.target.errorRate }));
  const worst = differences.reduce<(typeof differences)[number] | null>(
    (most, each) => (most === null || Math.abs(each.difference) > Math.abs(most.difference) ? each : most),
    null,
  );
  return {
    startedAt: run.startedAt,
    runId: run.runId,
    scenario: hidden ? 'blind' : run.scenario,
    ablation: hidden ? null : run.ablation,
    scale: run.scale,
    minuteSeconds: run.minuteSeconds,
    verdict: hidden ? 'hidden' : gradeOf(run.verdict),
    /** Mean distance of the graded minutes from their targets (share); null when none was graded. */
    meanDeviation:
      differences.length === 0
        ? null
        : differences.reduce((sum, { difference }) => sum + Math.abs(difference), 0) / differences.length,
    /** The largest one, with its sign. */
    worstDeviation: worst,
    baselineErrors: totalOf(run.minutes.map(({ baseline }) => baseline)).errors,
    dropped: run.load?.dropped ?? 0,
    startLagP99Ms: run.load?.startLagP99Ms ?? null,
    timeToRecoverSeconds: run.healed?.timeToRecoverSeconds ?? null,
  };
}

function trendOf(before: number | null, after: number | null): HistoryRow['trend'] {
  if (before === null || after === null) return null;
  if (Math.abs(after - before) <= SAME) return 'same';
  return after < before ? 'better' : 'worse';
}

const ARROWS = { better: '↓ better', worse: '↑ worse', same: '= same' } as const;

const COLUMNS: readonly [title: string, cell: (row: HistoryRow) => string][] = [
  ['started (UTC)', ({ startedAt }) => startedAt.slice(0, 16).replace('T', ' ')],
  [
    'scenario',
    ({ scenario, ablation }) => (ablation === null ? scenario : `${scenario}, without ${ablation} cause`),
  ],
  ['scale', ({ scale }) => String(scale)],
  ['minute', ({ minuteSeconds }) => `${minuteSeconds} s`],
  ['verdict', ({ verdict }) => verdict],
  ['mean', ({ meanDeviation: mean }) => (mean === null ? '-' : `± ${(mean * 100).toFixed(1)}`)],
  [
    'worst',
    ({ worstDeviation: worst }) =>
      worst === null
        ? '-'
        : `${worst.difference > 0 ? '+' : ''}${(worst.difference * 100).toFixed(1)} (minute ${worst.minute})`,
  ],
  ['trend', ({ trend }) => (trend === null ? '-' : ARROWS[trend])],
  ['baseline', ({ baselineErrors }) => (baselineErrors === 0 ? 'green' : `${baselineErrors} failed`)],
  ['dropped', ({ dropped }) => String(dropped)],
  ['lag p99', ({ startLagP99Ms }) => wholeMilliseconds(startLagP99Ms)],
  ['recovered', ({ timeToRecoverSeconds: took }) => (took === null ? 'not' : `${took} s`)],
];

/** The history as a table for a terminal. */
export function historyTable(rows: readonly HistoryRow[]): string[] {
  const columns = COLUMNS.map(([title, cell]) => {
    const texts = [title, ...rows.map(cell)];
    const width = Math.max(...texts.map((text) => text.length));
    return texts.map((text) => text.padEnd(width));
  });
  return [
    ...[null, ...rows].map((_, line) =>
      columns
        .map((column) => column[line])
        .join('  ')
        .trimEnd(),
    ),
    'mean and worst: distance of the graded minutes from their targets, in points of the error rate',
  ];
}

/** What a blind run was, for the trainer. */
export function revelation({ exercise, minutes, runId, startedAt }: PastRun): string[] {
  if (exercise === null) return [`Run ${runId} was not blind.`];
  const worst = Math.max(0, ...minutes.map(({ demo }) => demo.errorRate));
  return [
    `Run ${runId} of ${startedAt} (seed ${exercise.seed}):`,
    `  ${exercise.answer}.`,
    `  Mode ${exercise.mode}${exercise.curve === null ? '' : ', with a curve of its own'}` +
      `${exercise.ablation === null ? '' : `, ablation: ${exercise.ablation}`}; ` +
      `demo minutes ${exercise.fromMinute} to ${exercise.toMinute}, after ${exercise.delaySeconds} s of normal traffic.`,
    `  Seen: up to ${percent(worst)} of the checkouts failed in a minute.`,
  ];
}
