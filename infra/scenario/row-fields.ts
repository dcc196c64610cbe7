import type { Scenario } from '../../scenario/types';

/** A scenario without what is stamped when it is applied. */
export type ScenarioDocument = Omit<Scenario, 'startTimestamp' | 'runId'>;

/**
 * What `pulumi preview --diff` shows of a scenario document: a line per thing that can change. The
 * document itself goes along as one hidden text, for its minute-by-minute expectations would bury them.
 */
export interface RowFields {
  mode: string;
  title: string;
  demoRun: number;
  /** Length of the run. */
  clock: string;
  /** The recommendation query's pool. */
  pool: string;
  timeouts: string;
  /** Rates before and after the run, and baseline's in it. */
  traffic: string;
  /** The curve, a point a line: what is offered and what fails. */
  curve: string[];
  /** How long a full scan takes, at the same points. */
  storage: string[];
}

// Serialised with the resource, and run in Pulumi's provider process too: self-contained, without imports.

/** The lines that tell of a document. */
export function rowFields(document: ScenarioDocument): RowFields {
  const { pools, timeouts, traffic, storage, expectations } = document;
  const { max, acquireTimeoutMs } = pools.recommendation;
  const points = traffic.demoPoints;
  const scanAt = (minute: number) =>
    (storage.steps.findLast((step) => step.minute <= minute) ?? storage.steps[0])?.scanMs ?? 0;
  return {
    mode: document.mode,
    title: document.title,
    demoRun: document.demoRun,
    clock: `${document.durationMinutes} minutes of ${document.minuteSeconds} s`,
    pool: `${max} connections, ${acquireTimeoutMs} ms to get one`,
    timeouts: Object.entries(timeouts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    traffic: `${traffic.baselineRpm} browse rpm always, ${traffic.normalDemoRpm} checkout rpm before and after`,
    curve: points.map(({ minute, rpm }) => {
      const fails = expectations.find((expected) => expected.minute === minute)?.targetErrorRate;
      const share = fails === undefined ? '' : `, ${Math.round(fails * 1000) / 10} % fail`;
      return `minute ${minute}: ${rpm} checkout rpm${share}`;
    }),
    storage: storage.enabled
      ? points.map(({ minute }) => `minute ${minute}: ${scanAt(minute)} ms for a full scan`)
      : ['not emulated'],
  };
}
