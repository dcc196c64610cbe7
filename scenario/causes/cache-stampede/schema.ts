import { z } from 'zod';
import { minute, share, span } from '../../document-values';
import { HEALTHY_CACHE } from './document';

/** This cause's part of a stored document. One of before it was there is healthy. */
export const CACHE_SCHEMA = {
  cache: z
    .object({
      enabled: z.boolean(),
      ttlSeconds: z.int().min(1).max(86_400),
      singleFlight: z.boolean(),
      customers: z.int().min(0).max(100_000),
      impatient: z.object({ share, patienceMs: span }),
      emptiedAt: minute.nullable(),
    })
    .default(HEALTHY_CACHE),
};
