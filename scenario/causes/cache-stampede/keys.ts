import { z } from 'zod';
import { boolean, group, key, numberFrom } from '../../config/key-documentation';
import { HEALTHY_CACHE } from './document';

const cache = {
  ttlSeconds: key(numberFrom(z.number().int().min(1).max(3600)), {
    type: 'integer (s)',
    allowed: 'a whole number from 1 to 3600',
    default: ({ causes }) => String((causes['cache-stampede'] ?? HEALTHY_CACHE).ttlSeconds),
    description:
      "How long the cache of `cache-stampede` keeps a customer's recommendations, on average. An ablation: kept long enough, the cache fills again after it was emptied. Such a run is not graded.",
  }),
  singleFlight: key(z.preprocess(boolean, z.boolean()), {
    type: 'boolean',
    allowed: '`true` or `false`',
    default: () => String(HEALTHY_CACHE.singleFlight),
    description:
      'Whether who misses what another one is already reading waits for that, and what was read is kept even if nobody waits for it any more. An ablation like `cache.ttlSeconds`; in `normal` mode nothing is cached, whatever is written here.',
  }),
};

/** This cause's keys of stack config, by group. */
export const CACHE_GROUPS = { cache } as const;
export const CACHE_KEYS = { cache: group(cache) };
