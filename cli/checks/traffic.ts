import { numberAt } from '../../machine/json';
import type { Target } from '../target/target';
import { readInstances } from './context';

/** Counts of one cohort, over all replicas of the load generator. */
export interface CohortCounts {
  requests: number;
  errors: number;
  last10s: { requests: number; errors: number };
}

/** What the load generator counted so far. @throws when it does not answer */
export async function readTraffic(target: Target): Promise<{ baseline: CohortCounts; demo: CohortCounts }> {
  const bodies = await readInstances(target, 'load-generator', '/admin/traffic-stats');
  const of = (cohort: 'baseline' | 'demo'): CohortCounts => {
    const sum = (...keys: string[]): number =>
      bodies.reduce<number>((total, body) => total + (numberAt(body, cohort, ...keys) ?? 0), 0);
    return {
      requests: sum('requests'),
      errors: sum('errors'),
      last10s: { requests: sum('last_10s', 'requests'), errors: sum('last_10s', 'errors') },
    };
  };
  return { baseline: of('baseline'), demo: of('demo') };
}
