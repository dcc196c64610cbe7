import { ended } from '../../report/limits';
import type { CohortMinute, LoadCounts, RunObservation } from '../../report/observation';
import type { CohortStats } from './answers';

/**
 * What several replicas of the load generator saw, as one. Counts and rates are sums; of percentiles the largest
 * counts, which is never better than the truth.
 */
export function mergeRuns(runs: readonly RunObservation[]): RunObservation {
  const byMinute = Map.groupBy(
    runs.flatMap(({ minutes }) => minutes),
    ({ minute }) => minute,
  );
  return {
    minutes: [...byMinute]
      .map(([minute, seen]) => ({
        minute,
        phase: seen[0]?.phase ?? '',
        demo: mergeMinutes(seen.map(({ demo }) => demo)),
        baseline: mergeMinutes(seen.map(({ baseline }) => baseline)),
        ...sumOf(['inFlight'], seen),
      }))
      .sort((one, other) => one.minute - other.minute),
    load: mergeLoads(runs.map(({ load }) => load)),
  };
}

/** One cohort's counts over all replicas; each says what the scenario wants of all together. */
export function mergeCohorts(cohorts: readonly CohortStats[]): CohortStats {
  return {
    ...sumOf(['requests', 'errors', 'rpm', 'scheduled', 'started', 'dropped', 'late'], cohorts),
    last10s: sumOf(
      ['requests', 'errors'],
      cohorts.map(({ last10s }) => last10s),
    ),
    p95Ms: largest(cohorts.map(({ p95Ms }) => p95Ms)),
    targetRpm: cohorts[0]?.targetRpm ?? 0,
    startLagP99Ms: largest(cohorts.map(({ startLagP99Ms }) => startLagP99Ms)),
  };
}

/** The load of several generators, or of one that was restarted, together. */
export function mergeLoads(loads: readonly LoadCounts[]): LoadCounts {
  return {
    ...sumOf(['scheduled', 'started', 'dropped'], loads),
    startLagP99Ms: largest(loads.map(({ startLagP99Ms }) => startLagP99Ms)),
  };
}

function mergeMinutes(cohorts: readonly CohortMinute[]): CohortMinute {
  const sums = sumOf(['rpm', 'scheduled', 'completed', 'errors'], cohorts);
  const requests = ended(sums);
  return {
    ...sums,
    errorRate: requests === 0 ? 0 : Math.round((sums.errors / requests) * 10_000) / 10_000,
    p50Ms: largest(cohorts.map(({ p50Ms }) => p50Ms)),
    p95Ms: largest(cohorts.map(({ p95Ms }) => p95Ms)),
  };
}

function sumOf<K extends string>(
  keys: readonly K[],
  all: readonly Readonly<Record<K, number>>[],
): Record<K, number> {
  return Object.fromEntries(
    keys.map((key) => [key, all.reduce((sum, each) => sum + each[key], 0)]),
  ) as Record<K, number>;
}

/** The largest that is known; null when none is. */
export function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
