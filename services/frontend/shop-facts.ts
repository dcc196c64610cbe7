import { DEAL_OF_THE_DAY, MAIN_CATEGORY, RARE_CATEGORIES } from '../../scenario/sql/catalog';
import { MAX_QUANTITY } from '../lib/fields';
import { LONGEST_CHECKOUT_MS } from './checkout-routes';

/** What the page has to know of the shop. It is served as the module `/shop-facts.js`, so that nothing of it stands twice. */
export const SHOP = {
  categories: [MAIN_CATEGORY, ...RARE_CATEGORIES] as readonly string[],
  dealOfTheDay: DEAL_OF_THE_DAY,
  maxQuantity: MAX_QUANTITY,
  /** How long the page waits for an answer (ms): longer than the shop's own deadlines, so that its answer comes first. */
  patienceMs: LONGEST_CHECKOUT_MS + 5000,
};

/** All that the module says: with what the scenario in force decides. */
export type ShopFacts = typeof SHOP & { browserTelemetry: boolean };
