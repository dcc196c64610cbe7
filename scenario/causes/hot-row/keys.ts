import { z } from 'zod';
import { boolean, group, key, numberFrom } from '../../config/key-documentation';
import { HEALTHY_SALE } from './document';

const sale = {
  deals: key(numberFrom(z.number().int().min(1).max(HEALTHY_SALE.deals)), {
    type: 'integer',
    allowed: `a whole number from 1 to ${String(HEALTHY_SALE.deals)}`,
    default: ({ causes }) => String((causes['hot-row'] ?? HEALTHY_SALE).deals),
    description:
      'How many products the sale of `flash-sale` is of. An ablation: as many customers come, and spread over them. Such a run is not graded.',
  }),
  paymentInTransaction: key(z.preprocess(boolean, z.boolean()), {
    type: 'boolean',
    allowed: '`true` or `false`',
    default: ({ causes }) => String((causes['hot-row'] ?? HEALTHY_SALE).paymentInTransaction),
    description:
      "Whether the inventory's transaction stays open, with its rows locked, while payment answers. An ablation like `sale.deals`; in `normal` mode it is committed before, whatever is written here.",
  }),
};

/** This cause's keys of stack config, by group. */
export const SALE_GROUPS = { sale } as const;
export const SALE_KEYS = { sale: group(sale) };
