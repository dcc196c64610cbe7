import { z } from 'zod';
import { RELEASES } from '../../../services/catalog';
import { share, span } from '../../document-values';
import { HEALTHY_RELEASE } from './document';

/** This cause's part of a stored document. One of before it was there is healthy. */
export const RELEASE_SCHEMA = {
  releases: z.object({ checkout: z.enum(RELEASES.checkout) }).default(HEALTHY_RELEASE.releases),
  orders: z
    .object({
      pool: z.object({ max: z.int().min(1).max(100_000), acquireTimeoutMs: span }),
      declinedShare: share.nullable(),
      everyCardPasses: z.boolean(),
    })
    .default(HEALTHY_RELEASE.orders),
};
