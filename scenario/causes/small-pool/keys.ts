import { HEALTHY_POOL } from './document';
import { wholeKey } from '../../config/key-documentation';

/** This cause's keys of stack config. */
export const pool = {
  max: wholeKey({
    range: { from: 1, to: 1000 },
    default: ({ causes }) => String((causes['small-pool'] ?? HEALTHY_POOL).max),
    description:
      "Connections of the recommendation query's pool at scale 1, over all replicas. An ablation: scans keep the times solved for the preset's pool, so a larger pool really shrinks the outage. Such a run is not graded.",
  }),
  acquireTimeoutMs: wholeKey({
    range: { from: 100, to: 60_000 },
    unit: 'ms',
    default: ({ causes }) => String((causes['small-pool'] ?? HEALTHY_POOL).acquireTimeoutMs),
    description:
      'How long a request waits for a connection before it fails. An ablation like `pool.max`: such a run is not graded.',
  }),
};
