import { MAIN_CATEGORY, RECOMMENDATION_BAND_CENTS } from '../../../scenario/sql/catalog';
import type { IndexName } from '../../../scenario/types';

/** A query whose plan is observed: its text, the index it is made for, and values to explain it with. */
export interface ObservedQuery {
  name: string;
  text: string;
  /** The index that serves it; its absence is what `db.missing_index` names. */
  servedBy: IndexName;
}

/** What is asked for where nobody says otherwise: the values by which the query is observed. */
export const USUAL_VALUES = [
  MAIN_CATEGORY,
  RECOMMENDATION_BAND_CENTS.min,
  RECOMMENDATION_BAND_CENTS.max,
] as const;

/** Demo: the best sellers of a category within a price band. $1 category, $2 and $3 cents. */
export const recommendationsQuery: ObservedQuery = {
  name: 'recommendations',
  servedBy: 'idx_products_category',
  text: `select id, name, category, price_cents, popularity_score, stock_quantity
  from shop.products
 where category = $1 and active and price_cents between $2 and $3
 order by popularity_score desc
 limit 10`,
};
