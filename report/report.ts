import type {
  Ablation,
  DemoMode,
  IndexName,
  IndexState,
  MinuteExpectation,
  Scenario,
} from '../scenario/types';
import type { CohortMinute, LoadCounts, ObservedMinute } from './observation';

/** One demo minute: what was wanted, predicted and seen. Rates are requests per 60 real seconds, shares 0…1. */
export interface ReportMinute {
  minute: number;
  phase: string;
  demo: CohortMinute & {
    /** What the curve wants at this minute. */
    target: { rpm: number; errorRate: number };
    /** By simulation; `p95Ms` is the recommendation query's, failed requests included, so it lies a little below. */
    predicted: { errorRate: number; p95Ms: number | null };
    /** By failed checkouts, of the orders they were (USD); null when no telemetry of the minute was seen. */
    lostRevenueUsd: number | null;
    /** Whether the curve has a point here, which the verdict looks at. */
    graded: boolean;
  };
  baseline: CohortMinute;
}

/** Something that happened in a run. */
export interface RunEvent {
  minute: number;
  text: string;
}

/** A difference that a reader asks about, and what it is likely due to. */
export interface Deviation {
  what: string;
  reason: string;
}

/** What was seen of the heal. */
export interface Healed {
  ok: boolean;
  indexes: Partial<Record<IndexName, IndexState | 'invalid'>>;
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
  minutes: ReportMinute[];
  /** Of the minutes above together (USD); null when it is known of none. */
  lostRevenueUsd: number | null;
  load: LoadCounts;
  baseline: BaselineWindows;
  healed: Healed;
  /** Where it ran: `local`, or the stack's name. */
  ranOn: string;
  /** Pauses, jumps, services that did not answer. */
  events: RunEvent[];
  /** First minute of the flow alert; null when it did not fire. */
  flowAlertMinute: number | null;
  /** This machine, from which a local shop's load comes; null where the shop runs elsewhere. */
  machine: { cores: number; load: number } | null;
  /** Of a blind run: the seed that chose it. */
  blindSeed: number | null;
  verdict: Verdict;
  deviations: Deviation[];
}

/** Puts what was wanted and what was seen of a minute together. */
export function reportMinute(
  expected: MinuteExpectation,
  observed: ObservedMinute,
  lostRevenueUsd: number | null,
): ReportMinute {
  const { allP95Ms, p95Ms, errorRate } = expected.predicted;
  return {
    minute: expected.minute,
    phase: expected.phase,
    demo: {
      ...observed.demo,
      target: { rpm: expected.rpm, errorRate: Math.round(expected.targetErrorRate * 10_000) / 10_000 },
      predicted: { errorRate: Math.round(errorRate * 10_000) / 10_000, p95Ms: allP95Ms ?? p95Ms },
      lostRevenueUsd,
      graded: expected.graded,
    },
    baseline: observed.baseline,
  };
}

/** What a report has before it is judged. */
export type RunFacts = Omit<Report, 'verdict' | 'deviations'>;

/** The head of a report. */
export function reportHead(
  scenario: Scenario,
  firstMinuteAt: number,
): Pick<
  Report,
  | 'scenario'
  | 'title'
  | 'runId'
  | 'startedAt'
  | 'minuteSeconds'
  | 'scale'
  | 'catalogRows'
  | 'storageEmulation'
  | 'ablation'
> {
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
  };
}
