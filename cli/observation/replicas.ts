import type { CohortMinute, LoadCounts, ObservedMinute, RunObservation } from '../../report/observation';
import type { CohortStats } from './answers';

/**
 * What several replicas of the load generator saw, as one. Counts and rates are sums; of percentiles the largest
 * counts, which is never better than the truth.
 */
export function mergeRuns(runs: readonly RunObservation[]): RunObservation {
  const [first, ...others] = runs;
  if (first === undefined) return { minutes: [], load: NO_LOAD };
  return others.reduce(
    (merged, run) => ({
      minutes: mergeMinutes(merged.minutes, run.minutes),
      load: addLoads(merged.load, run.load),
    }),
    first,
  );
}

/** One cohort's counts over all replicas; each says what the scenario wants of all together. */
export function mergeCohorts(cohorts: readonly CohortStats[]): CohortStats {
  const sum = (value: (cohort: CohortStats) => number): number =>
    cohorts.reduce((total, cohort) => total + value(cohort), 0);
  return {
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    last10s: {
      requests: sum(({ last10s }) => last10s.requests),
      errors: sum(({ last10s }) => last10s.errors),
    },
    p95Ms: largest(cohorts.map(({ p95Ms }) => p95Ms)),
    rpm: sum(({ rpm }) => rpm),
    targetRpm: cohorts[0]?.targetRpm ?? 0,
    scheduled: sum(({ scheduled }) => scheduled),
    started: sum(({ started }) => started),
    dropped: sum(({ dropped }) => dropped),
    late: sum(({ late }) => late),
    startLagP99Ms: largest(cohorts.map(({ startLagP99Ms }) => startLagP99Ms)),
  };
}

const NO_LOAD: LoadCounts = { scheduled: 0, started: 0, dropped: 0, startLagP99Ms: null };

function mergeMinutes(a: readonly ObservedMinute[], b: readonly ObservedMinute[]): ObservedMinute[] {
  const byMinute = new Map(a.map((minute) => [minute.minute, minute]));
  for (const minute of b) {
    const known = byMinute.get(minute.minute);
    byMinute.set(
      minute.minute,
      known === undefined
        ? minute
        : {
            ...known,
            demo: addCohorts(known.demo, minute.demo),
            baseline: addCohorts(known.baseline, minute.baseline),
            inFlight: known.inFlight + minute.inFlight,
          },
    );
  }
  return [...byMinute.values()].sort((one, other) => one.minute - other.minute);
}

function addCohorts(a: CohortMinute, b: CohortMinute): CohortMinute {
  const completed = a.completed + b.completed;
  const errors = a.errors + b.errors;
  const ended = completed + errors;
  return {
    rpm: a.rpm + b.rpm,
    scheduled: a.scheduled + b.scheduled,
    completed,
    errors,
    errorRate: ended === 0 ? 0 : Math.round((errors / ended) * 10_000) / 10_000,
    p50Ms: largest([a.p50Ms, b.p50Ms]),
    p95Ms: largest([a.p95Ms, b.p95Ms]),
  };
}

function addLoads(a: LoadCounts, b: LoadCounts): LoadCounts {
  return {
    scheduled: a.scheduled + b.scheduled,
    started: a.started + b.started,
    dropped: a.dropped + b.dropped,
    startLagP99Ms: largest([a.startLagP99Ms, b.startLagP99Ms]),
  };
}

/** The largest that is known; null when none is. */
export function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
