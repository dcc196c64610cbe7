import { z } from 'zod';
import { GOOD_CHECKOUT, RELEASES, type ReleaseChoice } from '../../../services/catalog';
import { share, type PartOf } from '../../document-values';
import { poolSettings, type PoolSettings } from '../small-pool/document';

const part = {
  releases: z.object({ checkout: z.enum(RELEASES.checkout) }),
  /** What orders meet. */
  orders: z.object({
    /** Checkout's pool, the total over its replicas. */
    pool: poolSettings,
    /** Share of the demo orders whose card is declined during a run; null: the payment provider decides, one in a hundred. */
    declinedShare: share.nullable(),
    /** No card is declined in a run, whatever the share: an ablation. */
    everyCardPasses: z.boolean(),
  }),
};
export type ReleasePart = PartOf<typeof part>;

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

/** What this cause puts into a scenario's document. One of before it was there is healthy. */
export const RELEASE_SCHEMA = {
  releases: part.releases.default(HEALTHY_RELEASE.releases),
  orders: part.orders.default(HEALTHY_RELEASE.orders),
};

/** What its ablations are called. */
export const RELEASE_ABLATION = 'release';
export const CARDS_ABLATION = 'cards';

/** The share of declined cards in force; null: the payment provider decides. */
export function declinedShareOf({ orders }: Pick<ReleasePart, 'orders'>): number | null {
  return orders.everyCardPasses ? 0 : orders.declinedShare;
}
