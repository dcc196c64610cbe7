import { LOW_STOCK_QUANTITY } from '../../scenario/sql/catalog';
import type { ObservedQuery } from '../lib/queries/recommendations-query';

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
 where active and stock_quantity between 1 and ${LOW_STOCK_QUANTITY}
 order by stock_quantity
 limit $1`,
};

/** One product by its key. $1 id. */
export const productQuery = `select id, name, category, price_cents, popularity_score, stock_quantity, active, created_at
  from shop.products
 where id = $1`;
