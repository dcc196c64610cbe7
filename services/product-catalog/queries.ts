import { LOW_STOCK_QUANTITY } from '../../scenario/sql/catalog';
import type { IndexName } from '../../scenario/types';

/** A query whose plan is observed: its text, the index it is made for, and values to explain it with. */
export interface ObservedQuery {
  name: string;
  text: string;
  /** The index that serves it; its absence is what `db.missing_index` names. */
  servedBy: IndexName;
}

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

/** Baseline: the newest of a category. $1 category, $2 rows. The order makes the planner use the index. */
export const newestQuery: ObservedQuery = {
  name: 'newest',
  servedBy: 'idx_products_category_active',
  text: `select id, name, category, price_cents, stock_quantity, created_at
  from shop.products
 where category = $1 and active
 order by created_at desc
 limit $2`,
};

/** What is nearly gone. $1 rows. */
export const lowStockQuery: ObservedQuery = {
  name: 'low-stock',
  servedBy: 'idx_products_stock_quantity',
  text: `select id, name, category, price_cents, stock_quantity
  from shop.products
 where active and stock_quantity between 1 and ${String(LOW_STOCK_QUANTITY)}
 order by stock_quantity
 limit $1`,
};

/** One product by its key. $1 id. */
export const productQuery = `select id, name, category, price_cents, popularity_score, stock_quantity, active, created_at
  from shop.products
 where id = $1`;
