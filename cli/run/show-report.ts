import { cpus } from 'node:os';
import type { Output } from '../../machine/terminal';
import { totalLostRevenueUsd } from '../../report/lost-revenue';
import { ablationText, reportHead, type Healed, type Report, type RunFacts } from '../../report/report';
import { judge } from '../../report/verdict';
import { verdictLines } from '../../report/verdict-lines';
import { keepRun } from '../control/past-runs';
import { presenterNotes } from '../control/presenter-notes';
import { writeReport } from '../control/report-files';
import type { Outage } from '../outage/outage';
import type { Target } from '../target/target';
import type { Exercise } from './blind';
import { startOf, type RunPlan } from './run-plan';
import type { RunRecord } from './run-record';

/** What a run is to be, for a person. */
export function planText(plan: RunPlan, how: Outage['how'], stack: string): string {
  const { scenario, fromMinute, toMinute, override } = plan;
  const { minuteSeconds, ablation } = scenario;
  const ends =
    how === 'override'
      ? `ends by itself at ${new Date(override.expiresAt * 1000).toISOString()}`
      : `made by the configuration of stack ${stack}: it lasts until it is healed`;
  return (
    `Run ${scenario.runId}: ${scenario.title}${ablationText(ablation)}\n` +
    `  minutes ${fromMinute} to ${toMinute} of ${scenario.shownMinutes}, ${minuteSeconds} s each ` +
    `(${Math.ceil(((toMinute - fromMinute + 1) * minuteSeconds) / 60)} min), scale ${scenario.scale}, ` +
    `${scenario.catalogRows} products, pool ${scenario.pools.recommendation.max}\n` +
    `  ${ends}`
  );
}

/**
 * A run's report.
 *
 * @param run.reason why it ended early; null when it did not
 * @param run.endedMinute the clock's minute at its end; null when it never began
 */
export function reportOf(
  plan: RunPlan,
  record: RunRecord,
  healed: Healed,
  {
    target,
    seed,
    reason,
    endedMinute,
  }: {
    target: Pick<Target, 'kind' | 'name' | 'dataDir'>;
    seed: number | null;
    reason: string | null;
    endedMinute: number | null;
  },
): Report {
  const minutes = record.lost.updated(record.minutes).sort((a, b) => a.minute - b.minute);
  const facts: RunFacts = {
    ...reportHead(plan.scenario, startOf(plan, plan.fromMinute)),
    minutes,
    lostRevenueUsd: totalLostRevenueUsd(minutes),
    load: record.seen.load(),
    baseline: record.windows,
    healed,
    endedMinute,
    ranOn: target.kind === 'local' ? 'local' : target.name,
    events: [...record.events, ...presenterNotes(target.dataDir, plan.scenario.runId)].sort(
      (a, b) => a.minute - b.minute,
    ),
    flowAlertMinute: record.flowAlertMinute,
    machine: target.kind === 'local' ? { cores: cpus().length, load: record.machineLoad } : null,
    blindSeed: seed,
  };
  return judge(facts, reason);
}

/** Keeps a report, and tells it: of a blind run only that it is over. @param file where else it is wanted */
export function tellReport(
  report: Report,
  exercise: Exercise | null,
  { dataDir, file, output }: { dataDir: string; file: string | null; output: Output },
): void {
  if (exercise === null) {
    // What is on the screen first: a full disk must not hide it.
    for (const line of verdictLines(report)) output.line(line);
  }
  const kept = keepRun(dataDir, { ...report, exercise, revealed: false });
  if (exercise !== null) {
    output.line(
      `The exercise is over (${report.healed?.ok === true ? 'healed and verified' : 'NOT healed'}). What was it? ` +
        'npm run demo -- reveal tells.',
    );
    return;
  }
  output.line(`Kept: ${kept} (npm run demo -- history compares)`);
  if (file === null) return;
  const files = writeReport(file, report);
  output.line(`Report: ${files.join(', ')}`);
}
