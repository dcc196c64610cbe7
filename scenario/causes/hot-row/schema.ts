import { z } from 'zod';
import { minute } from '../../document-values';
import { HEALTHY_SALE } from './document';

/** This cause's part of a stored document; a document of before there were sales has none. */
export const SALE_SCHEMA = {
  sale: z
    .object({
      deals: z.int().min(1).max(HEALTHY_SALE.deals),
      paymentInTransaction: z.boolean(),
      steps: z.array(z.object({ minute, share: z.number().min(0).max(1) })).max(10_000),
    })
    .default({ ...HEALTHY_SALE, steps: [] }),
};
