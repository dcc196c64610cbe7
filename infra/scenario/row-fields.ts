/** A scenario without what is stamped when it is applied. */
export type ScenarioDocument = Record<string, unknown> & { mode: string; demoRun: number };

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

/** The parts of a scenario's document that are shown. */
interface ToldScenario {
  mode: string;
  title: string;
  demoRun: number;
  minuteSeconds: number;
  durationMinutes: number;
  pools: { recommendation: { max: number; acquireTimeoutMs: number } };
  timeouts: Record<string, number>;
  traffic: { baselineRpm: number; normalDemoRpm: number; demoPoints: { minute: number; rpm: number }[] };
  storage: { enabled: boolean; steps: { minute: number; scanMs: number }[] };
  expectations: { minute: number; targetErrorRate: number }[];
}

// Serialised with the resource, and run in Pulumi's provider process too: self-contained, without imports.

/** The lines that tell of a document. */
export function rowFields(document: ScenarioDocument): RowFields {
  const told = document as unknown as ToldScenario;
  const { pools, timeouts, traffic, storage, expectations } = told;
  const { max, acquireTimeoutMs } = pools.recommendation;
  const points = traffic.demoPoints;
  const scanAt = (minute: number) => {
    let scanMs = storage.steps[0]?.scanMs ?? 0;
    for (const step of storage.steps) if (step.minute <= minute) scanMs = step.scanMs;
    return scanMs;
  };
  return {
    mode: told.mode,
    title: told.title,
    demoRun: told.demoRun,
    clock: `${told.durationMinutes} minutes of ${told.minuteSeconds} s`,
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
