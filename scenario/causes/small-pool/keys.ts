import { z } from 'zod';
import { HEALTHY_POOL } from './document';
import { group, key, numberFrom } from '../../config/key-documentation';

const pool = {
  max: key(numberFrom(z.number().int().min(1).max(1000)), {
    type: 'integer',
    allowed: 'a whole number from 1 to 1000',
    default: ({ causes }) => String((causes['small-pool'] ?? HEALTHY_POOL).max),
    description:
      "Connections of the recommendation query's pool at scale 1, over all replicas. An ablation: scans keep the times solved for the preset's pool, so a larger pool really shrinks the outage. Such a run is not graded.",
  }),
  acquireTimeoutMs: key(numberFrom(z.number().int().min(100).max(60_000)), {
    type: 'integer (ms)',
    allowed: 'a whole number from 100 to 60000',
    default: ({ causes }) => String((causes['small-pool'] ?? HEALTHY_POOL).acquireTimeoutMs),
    description:
      'How long a request waits for a connection before it fails. An ablation like `pool.max`: such a run is not graded.',
  }),
};

/** This cause's keys of stack config, by group. */
export const POOL_GROUPS = { pool } as const;
export const POOL_KEYS = { pool: group(pool) };
