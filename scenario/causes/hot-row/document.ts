import { z } from 'zod';
import { minute, share } from '../../document-values';

/** Products that a sale may be of. */
export const MOST_DEALS = 50;

const sale = z.object({
  /** How many products the sale is of; with one, every customer of it wants the same row. */
  deals: z.int().min(1).max(MOST_DEALS),
  /** The reservation's transaction stays open while payment answers. */
  paymentInTransaction: z.boolean(),
  /** From `minute` on, this share of the customers who buy comes for it (0…1). A step function; nobody without steps. */
  steps: z.array(z.object({ minute, share })).max(10_000),
});
export interface SalePart {
  sale: z.infer<typeof sale>;
}
export type ShareStep = SalePart['sale']['steps'][number];

/** What a preset says of this cause. */
export type SaleSettings = Pick<SalePart['sale'], 'deals' | 'paymentInTransaction'>;

/** Deals all over the catalog, reservations committed before anybody pays, and no sale. */
export const HEALTHY_SALE: Readonly<SalePart['sale']> = {
  deals: MOST_DEALS,
  paymentInTransaction: false,
  steps: [],
};

/** What this cause puts into a scenario's document; a document of before there were sales has none. */
export const SALE_SCHEMA = { sale: sale.default(HEALTHY_SALE) };

/**
 * How long a reservation waits for its row (ms): the `statement_timeout` of the update. Not a `lock_timeout`: PostgreSQL
 * starts that anew with each new version of the row, so whoever waits at a busy one never reaches it.
 */
export const LOCK_WAIT_MS = 2000;

/** Reservations under way at once, waiting ones too: each holds a connection of the inventory. */
export const RESERVATIONS_MAX = 128;

/** What its ablations are called. */
export const SPREAD_ABLATION = 'spread';
export const PAYMENT_ABLATION = 'payment';

/** Who comes for the sale at a demo minute. */
export function shareAt(steps: readonly ShareStep[], minute: number): number {
  return steps.findLast((step) => step.minute <= minute)?.share ?? 0;
}
