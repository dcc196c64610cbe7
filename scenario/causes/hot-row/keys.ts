import { flag, wholeKey } from '../../config/key-documentation';
import { HEALTHY_SALE, MOST_DEALS } from './document';

/** This cause's keys of stack config. */
export const sale = {
  deals: wholeKey({
    range: { from: 1, to: MOST_DEALS },
    default: ({ causes }) => String((causes['hot-row'] ?? HEALTHY_SALE).deals),
    description:
      'How many products the sale of `flash-sale` is of. An ablation: as many customers come, and spread over them. Such a run is not graded.',
  }),
  paymentInTransaction: flag({
    default: ({ causes }) => String((causes['hot-row'] ?? HEALTHY_SALE).paymentInTransaction),
    description:
      "Whether the inventory's transaction stays open, with its rows locked, while payment answers. An ablation like `sale.deals`; in `normal` mode it is committed before, whatever is written here.",
  }),
};
