import { flag, wholeKey } from '../../config/key-documentation';
import { HEALTHY_CACHE } from './document';

/** This cause's keys of stack config. */
export const cache = {
  ttlSeconds: wholeKey({
    range: { from: 1, to: 3600 },
    unit: 's',
    default: ({ causes }) => String((causes['cache-stampede'] ?? HEALTHY_CACHE).ttlSeconds),
    description:
      "How long the cache of `cache-stampede` keeps a customer's recommendations, on average. An ablation: kept long enough, the cache fills again after it was emptied. Such a run is not graded.",
  }),
  singleFlight: flag({
    default: () => String(HEALTHY_CACHE.singleFlight),
    description:
      'Whether who misses what another one is already reading waits for that, and what was read is kept even if nobody waits for it any more. An ablation like `cache.ttlSeconds`; in `normal` mode nothing is cached, whatever is written here.',
  }),
};
