/** From `minute` on, this share of the customers who buy comes for the sale (0…1). A step function. */
export interface ShareStep {
  minute: number;
  share: number;
}

/** What this cause puts into a scenario's document. */
export interface SalePart {
  sale: {
    /** How many products the sale is of; with one, every customer of it wants the same row. */
    deals: number;
    /** The reservation's transaction stays open while payment answers. */
    paymentInTransaction: boolean;
    /** Who comes for it; nobody without steps. */
    steps: ShareStep[];
  };
}

/** What a preset says of this cause. */
export type SaleSettings = Pick<SalePart['sale'], 'deals' | 'paymentInTransaction'>;

/** Deals all over the catalog, reservations committed before anybody pays, and no sale. */
export const HEALTHY_SALE: Readonly<SalePart['sale']> = { deals: 50, paymentInTransaction: false, steps: [] };

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
