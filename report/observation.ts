/** What the load generator saw of one cohort in one demo minute. */
export interface CohortMinute {
  rpm: number;
  scheduled: number;
  completed: number;
  errors: number;
  /** errors / (completed + errors), 0…1. */
  errorRate: number;
  /** From the scheduled start to the answer, failed ones included (ms); null without any. */
  p50Ms: number | null;
  p95Ms: number | null;
}

/** What the load generator saw of one demo minute, by the scheduled start of the requests. */
export interface ObservedMinute {
  minute: number;
  phase: string;
  demo: CohortMinute;
  baseline: CohortMinute;
  /** Journeys of this minute that have not ended yet. */
  inFlight: number;
}

/** How faithfully the load was offered. */
export interface LoadCounts {
  scheduled: number;
  started: number;
  dropped: number;
  startLagP99Ms: number | null;
}

export interface RunObservation {
  minutes: ObservedMinute[];
  load: LoadCounts;
}
