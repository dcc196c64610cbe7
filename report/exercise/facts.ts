import type { CauseSettings } from '../../scenario/causes/document';
import type { DemoMode } from '../../scenario/types';
import type { Healed } from '../report';

/** What a participant says it is: a cause's name, or that nothing is the matter. */
export type Diagnosis = keyof CauseSettings | 'none';

/** Counts of a cohort since the exercise began; they only rise, also over a restart of the load generator. */
export interface CohortCounts {
  scheduled: number;
  requests: number;
  errors: number;
}

/** One look at the shop. */
export interface ExerciseSample {
  /** Seconds since the exercise began. */
  at: number;
  demo: CohortCounts;
  baseline: CohortCounts;
  /** p95 of the last ten seconds' checkouts (ms); null where none ended or nobody said. */
  demoP95Ms: number | null;
  /** Checkouts a minute that the scenario wants now. */
  wantedRpm: number;
  /** How checkouts would be now, had nobody repaired anything: by the scenario's prediction. */
  unrepaired: 'failing' | 'slow' | 'well';
  /** Whether what is the matter is gone from the system: the index, plan, release or setting is as it should be. */
  cured: boolean;
}

/** Something that the participant did to the system, as the system shows it. */
export interface Intervention {
  /** Seconds since the exercise began. */
  at: number;
  kind: 'index-created' | 'index-dropped' | 'config' | 'restart';
  /** The index, the key, the process. */
  name: string;
  /** For a person: `pool.max: 20 → 100`. */
  text: string;
}

/** How an exercise came to its end. */
export type ExerciseEnd = 'answered' | 'ended' | 'time-over' | 'interrupted';

/** An exercise as it was seen. All times are seconds since it began. */
export interface ExerciseFacts {
  id: string;
  seed: number;
  forWhom: 'human' | 'agent';
  /** ISO. */
  startedAt: string;
  minuteSeconds: number;
  scale: number;
  truth: {
    mode: DemoMode;
    /** What is to be found first; null: a false alarm. */
    cause: keyof CauseSettings | null;
    /** What else of the scenario is not as it should be. */
    contributing: readonly (keyof CauseSettings)[];
    /** In a sentence. */
    answer: string;
    /** How it is put right; null where nothing is to be. */
    remedy: string | null;
  };
  /** Seconds it may take in all. */
  limit: number;
  samples: readonly ExerciseSample[];
  interventions: readonly Intervention[];
  /** When the participant said that something is the matter; null: never. */
  acknowledged: number | null;
  answers: readonly { at: number; cause: Diagnosis; why: string | null }[];
  /** When each was asked for. */
  hints: readonly number[];
  end: ExerciseEnd;
  endedAt: number;
  /** How the shop was healed afterwards; null where it was not tried. */
  healed: Healed | null;
}
