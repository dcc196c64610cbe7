import { GOOD_CHECKOUT, type ReleaseChoice } from '../../../services/catalog';
import type { PoolSettings } from '../small-pool/document';

/** What this cause puts into a scenario's document. */
export interface ReleasePart {
  releases: ReleaseChoice;
  /** What orders meet. */
  orders: {
    /** Checkout's pool, the total over its replicas. */
    pool: PoolSettings;
    /** Share of the demo orders whose card is declined during a run; null: the payment provider decides, one in a hundred. */
    declinedShare: number | null;
    /** No card is declined in a run, whatever the share: an ablation. */
    everyCardPasses: boolean;
  };
}

/** What a preset says of this cause. */
export interface ReleaseSettings extends ReleaseChoice {
  /** Share of the orders whose card is declined; more where a run has too few orders for it. */
  declinedShare: number;
}

/** Orders are single-row writes of a millisecond: eight connections carry several thousand a second. */
export const ORDERS_POOL: Readonly<PoolSettings> = { max: 8, acquireTimeoutMs: 1000 };

export const HEALTHY_RELEASE: Readonly<ReleasePart> = {
  releases: { checkout: GOOD_CHECKOUT },
  orders: { pool: ORDERS_POOL, declinedShare: null, everyCardPasses: false },
};

/** What its ablations are called. */
export const RELEASE_ABLATION = 'release';
export const CARDS_ABLATION = 'cards';

/** The share of declined cards in force; null: the payment provider decides. */
export function declinedShareOf({ orders }: Pick<ReleasePart, 'orders'>): number | null {
  return orders.everyCardPasses ? 0 : orders.declinedShare;
}
