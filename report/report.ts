import { ablationOf, ALL_CAUSES } from '../scenario/causes/all';
import type { FoundIndexes } from '../scenario/sql/indexes';
import { predictedFlowAlertMinute } from '../scenario/flow-prediction';
import type { Ablation, DemoMode, FlowAlertRule, MinuteExpectation, Scenario } from '../scenario/types';
import type { CohortMinute, LoadCounts, ObservedMinute } from './observation';

/** One demo minute: what was wanted, predicted and seen. Rates are requests per 60 real seconds, shares 0…1. */
export interface ReportMinute {
  minute: number;
  phase: string;
  demo: CohortMinute & {
    /** What the curve wants at this minute. */
    target: { rpm: number; errorRate: number };
    /** It lies a little below what is seen: a checkout is more than this query. */
    predicted: PlannedMinute['predicted'];
    /** By failed checkouts, of the orders they were (USD); null when no telemetry of the minute was seen. */
    lostRevenueUsd: number | null;
    /** Whether the curve has a point here, which the verdict looks at. */
    graded: boolean;
  };
  baseline: CohortMinute;
}

/** What was wanted and predicted of a demo minute, whether it was run or not: the curve. */
export interface PlannedMinute {
  minute: number;
  phase: string;
  target: { rpm: number; errorRate: number; graded: boolean };
  /** By simulation; `p95Ms` is the recommendation query's, failed requests included. */
  predicted: { errorRate: number; p95Ms: number | null };
}

/** Something that happened in a run. */
export interface RunEvent {
  minute: number;
  text: string;
  /** ISO time, where it is known. */
  at?: string;
  /** Drawn on the curve, at the minute (fractional) of the run's clock. */
  mark?: { minute: number; label: string };
  /** Demo minutes through which the machine slept, and for how long. */
  slept?: { fromMinute: number; toMinute: number; seconds: number };
}

/** A difference that a reader asks about, and what it is likely due to. */
export interface Deviation {
  what: string;
  reason: string;
}

/** What was seen of the heal. */
export interface Healed {
  ok: boolean;
  indexes: Partial<FoundIndexes>;
  /** The recommendation pool's size, and what it should be. */
  pool: { max: number | null; expected: number | null };
  /** Demo checkouts that ended in the last ten seconds of the check, and how many of them failed. */
  demo: { requests: number; errors: number; errorRate: number | null };
  /** From the beginning of the heal to the last failed checkout (s); null when it did not recover. */
  timeToRecoverSeconds: number | null;
  /** From the beginning of the heal until all was verified (s); null when it was not. */
  verifiedAfterSeconds: number | null;
  failures: string[];
}

/** The worst minute-long windows of the baseline cohort during the run. */
export interface BaselineWindows {
  /** p95 of `GET /products` at product-catalog (ms); null when no window had enough requests. */
  catalogP95Ms: number | null;
  /** p95 of the whole journey, from its scheduled start (ms). */
  journeyP95Ms: number | null;
}

export interface Verdict {
  ok: boolean;
  /** False when the run was not held against the curve; `notes` say why. */
  graded: boolean;
  failures: string[];
  notes: string[];
}

/** What `--report` writes. */
export interface Report {
  scenario: DemoMode;
  title: string;
  runId: string;
  /** ISO time of the first minute. */
  startedAt: string;
  minuteSeconds: number;
  scale: number;
  catalogRows: number;
  storageEmulation: boolean;
  ablation: Ablation | null;
  /** The minutes that are shown of the outage, from 0. */
  planned: PlannedMinute[];
  /** The minutes that were run. */
  minutes: ReportMinute[];
  /** Of the minutes above together (USD); null when it is known of none. */
  lostRevenueUsd: number | null;
  /** null: who wrote the report did not see the load generator's counts. */
  load: LoadCounts | null;
  /** null: not measured. */
  baseline: BaselineWindows | null;
  /** null: not verified by who wrote the report. */
  healed: Healed | null;
  /** The minute (fractional) at which the run's clock stood when it was ended; null: it goes on, or is not known. */
  endedMinute: number | null;
  /** Where it ran: `local`, or the stack's name; null: who wrote the report does not know. */
  ranOn: string | null;
  /** Pauses, jumps, services that did not answer. */
  events: RunEvent[];
  /** The minute with which the flow alert fired; null when it did not. */
  flowAlertMinute: number | null;
  /** When it is predicted to (`minute` null: never), and by which rule; null in reports of before it was predicted. */
  flowAlertPlanned: { minute: number | null; rule: FlowAlertRule } | null;
  /** This machine, from which a local shop's load comes; null where the shop runs elsewhere. */
  machine: { cores: number; load: number } | null;
  /** Of a blind run: the seed that chose it. */
  blindSeed: number | null;
  verdict: Verdict;
  deviations: Deviation[];
}

/** Of a demo minute of a scenario what was wanted and predicted, rounded for people. */
export function plannedMinute(expected: MinuteExpectation): PlannedMinute {
  const { allP95Ms, p95Ms, errorRate } = expected.predicted;
  return {
    minute: expected.minute,
    phase: expected.phase,
    target: {
      rpm: Math.round(expected.rpm * 10) / 10,
      errorRate: share(expected.targetErrorRate),
      graded: expected.graded,
    },
    predicted: { errorRate: share(errorRate), p95Ms: allP95Ms ?? p95Ms },
  };
}

/** Puts what was wanted and what was seen of a minute together. */
export function reportMinute(
  expected: MinuteExpectation,
  observed: Pick<ObservedMinute, 'demo' | 'baseline'>,
  lostRevenueUsd: number | null,
): ReportMinute {
  const { minute, phase, target, predicted } = plannedMinute(expected);
  const { graded, ...wanted } = target;
  return {
    minute,
    phase,
    demo: { ...observed.demo, target: wanted, predicted, lostRevenueUsd, graded },
    baseline: observed.baseline,
  };
}

/** A share with four digits. */
function share(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** What a report has before it is judged. */
export type RunFacts = Omit<Report, 'verdict' | 'deviations'>;

/**
 * The head of a report.
 *
 * @param firstMinuteAt Unix seconds
 */
export function reportHead(scenario: Scenario, firstMinuteAt: number) {
  return {
    scenario: scenario.mode,
    title: scenario.title,
    runId: scenario.runId,
    startedAt: new Date(firstMinuteAt * 1000).toISOString(),
    minuteSeconds: scenario.minuteSeconds,
    scale: scenario.scale,
    catalogRows: scenario.catalogRows,
    storageEmulation: scenario.storageEmulation,
    ablation: scenario.ablation,
    planned: scenario.expectations.slice(0, scenario.shownMinutes).map(plannedMinute),
    flowAlertPlanned: { minute: predictedFlowAlertMinute(scenario), rule: scenario.flowAlert },
  } satisfies Partial<Report>;
}

/** A run's cause that was left out, after its title; empty where the outage was whole. */
export function ablationText(ablation: Ablation | null): string {
  const taken = ablationOf(ablation);
  return taken === null ? '' : `, ${taken.title}`;
}

/** What was done to a run's cause on the way. @param ablation what is taken out of it now */
export function restoredText(ablation: Ablation | null): string {
  return (ablationOf(ablation) ?? ALL_CAUSES).event;
}
