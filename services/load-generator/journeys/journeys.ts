import { lowDiscrepancy, PLASTIC } from '../../../scenario/causes/low-discrepancy';
import {
  DEAL_OF_THE_DAY,
  MAIN_CATEGORY,
  RARE_CATEGORIES,
  rowsPerExtent,
} from '../../../scenario/sql/catalog';
import { JOURNEYS, type Journey, type TrafficType } from '../../../scenario/types';

/** What baseline customers do: they look, and sometimes put something into a cart. They never buy. */
export const BASELINE_WEIGHTS: Readonly<Record<Journey, number>> = {
  browse_only: 0.8,
  browse_and_cart: 0.2,
  full_checkout: 0,
};

/** Demo traffic where a phase states no weights: every demo journey is a checkout. */
export const CHECKOUT_ONLY: Readonly<Record<Journey, number>> = {
  browse_only: 0,
  browse_and_cart: 0,
  full_checkout: 1,
};

/**
 * The journey of arrival number `index`. The sequence is fixed and of low discrepancy, so the weights are met within
 * any few dozen arrivals, not only in the long run.
 */
export function journeyOf(index: number, weights: Readonly<Record<Journey, number>>): Journey {
  const total = JOURNEYS.reduce((sum, journey) => sum + weights[journey], 0);
  const position = lowDiscrepancy(index) * total;
  let upTo = 0;
  let chosen: Journey = 'full_checkout';
  for (const journey of JOURNEYS) {
    if (weights[journey] <= 0) continue;
    upTo += weights[journey];
    chosen = journey;
    if (position < upTo) break;
  }
  return chosen;
}

/** 32-bit FNV-1a with a final avalanche (murmur3's), so that neighbouring numbers come out far apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The shop's customers: user-1000 to user-3999, the same for both cohorts. */
const FIRST_USER = 1_000;
const USERS = 3_000;
/** Id of customer number `n` (from 0). */
export function userOf(n: number): string {
  return `user-${FIRST_USER + n}`;
}

/** How many products are on the deal page. */
const DEAL_PRODUCTS = 50;
/** Categories that baseline customers look at, by how often. */
const BROWSED = [MAIN_CATEGORY, MAIN_CATEGORY, MAIN_CATEGORY, ...RARE_CATEGORIES] as const;

/** Mean price of the deal page's products (USD): the same in every catalog, which is made of hashes of the ids. */
export const MEAN_DEAL_PRICE_USD = 237.48;
/** An order has one to three products, as far as its value buys one of each. */
const MOST_PRODUCTS = 3;

/** Product ids of the deal page: 50 of them, none at the border of a storage extent (those are read slowly). */
export function dealProducts(catalogRows: number): number[] {
  const extent = rowsPerExtent(catalogRows);
  const ids: number[] = [];
  for (let id = 1; ids.length < DEAL_PRODUCTS && id <= catalogRows; id++) {
    if (extent === 1 || id % extent !== 0) ids.push(id);
  }
  return ids;
}

/**
 * What a customer of the sale buys: one piece of one deal; null for who does not come for it.
 *
 * @param share of the customers who do, 0…1
 * @param products how many deals there are
 */
export function saleItems(
  index: number,
  { share, products }: { share: number; products: number },
  deals: readonly number[],
): JourneyPlan['items'] | null {
  if (lowDiscrepancy(index) >= share) return null;
  const deal = index % products;
  return [{ product_id: deal === 0 ? DEAL_OF_THE_DAY : (deals[deal] ?? DEAL_OF_THE_DAY), quantity: 1 }];
}

/** Everything a journey says to the shop. */
export interface JourneyPlan {
  journey: Journey;
  userId: string;
  cartId: string;
  /** What a browsing customer looks at. */
  category: string;
  /** What is put into the cart, or bought. */
  items: { product_id: number; quantity: number }[];
  idempotencyKey: string;
  /** Token of the card, where it is to be known before whether it is declined; else the payment provider decides. */
  card?: string;
}

/**
 * Plans arrival number `index` of a cohort.
 * @param deals the products that are bought, see {@link dealProducts}
 * @param orderValueUsd mean value of the orders (USD)
 * @param source tells this process's arrivals from any other's (replica and start), so that no idempotency key comes
 *   twice
 */
export function planJourney(
  cohort: TrafficType,
  index: number,
  journey: Journey,
  deals: readonly number[],
  orderValueUsd: number,
  source: string,
): JourneyPlan {
  const seed = hash(`${cohort}/${index}`);
  // Evenly over the page, so that the orders of a minute, and those of them that fail, are worth about as much as those of
  // the next: what a minute loses is then the outage's, not chance.
  const first = Math.floor(lowDiscrepancy(index, PLASTIC) * deals.length);
  const mean = orderValueUsd / MEAN_DEAL_PRICE_USD;
  const count = Math.min(1 + (hash(`count/${seed}`) % MOST_PRODUCTS), Math.round(mean));
  // Worth the same however many products it has: the whole numbers around the mean, each as often as makes it.
  const pieces = mean / count;
  const items = Array.from({ length: count }, (_, i) => ({
    // 17 is coprime to 50: the items of one order are different products.
    product_id: deals[(first + 17 * i) % deals.length] ?? 1,
    quantity: Math.max(1, Math.floor(pieces + hash(`quantity/${i}/${seed}`) / 2 ** 32)),
  }));
  const idempotencyKey = `${source}-${cohort}-${index}`;
  return {
    journey,
    userId: userOf(seed % USERS),
    // A cart of its own: shared ones would fill up over the days.
    cartId: `cart-${idempotencyKey}`,
    category: BROWSED[hash(`category/${seed}`) % BROWSED.length] ?? MAIN_CATEGORY,
    items,
    idempotencyKey,
  };
}
