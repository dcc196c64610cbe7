/** What is in the warehouse, and what is put aside for orders. */

/** A supplier's delivery of a product, and what each has at first (pieces). */
export const DELIVERY_PIECES = 100_000;

/** Below so many pieces a delivery is ordered, and comes at once: several outages' worth of orders before the last. */
export const REORDER_POINT_PIECES = 50_000;

/**
 * Stock and its reservations. Idempotent, also over a database of a shop that had no inventory; run as the owner, after
 * the orders' and the catalog's tables. Room is left in each page of `stock`, so that a row that is updated all day has
 * its new version beside the old (HOT), and no index entry is written.
 */
export const stockStatements: readonly string[] = [
  `create table if not exists shop.stock (
     product_id integer primary key,
     available integer not null default ${DELIVERY_PIECES} check (available >= 0)
   ) with (fillfactor = 70)`,
  // held: put aside for an order that is not written yet. sold: it is. released: it never will be, the pieces are back.
  `create table if not exists shop.reservations (
     order_id uuid primary key,
     items jsonb not null,
     state text not null default 'held' check (state in ('held', 'sold', 'released')),
     reserved_at timestamptz not null default now()
   )`,
  `create index if not exists reservations_held on shop.reservations (reserved_at) where state = 'held'`,
  // Who sells may take pieces and bring them back: no product, no count and no reservation can be made to vanish.
  `grant select on shop.stock, shop.reservations to shop_app`,
  `grant update (available) on shop.stock to shop_app`,
  `grant insert on shop.reservations to shop_app`,
  `grant update (state, items, reserved_at) on shop.reservations to shop_app`,
];

/** Gives every product of the catalog its stock; products that have one keep it. Nothing to do once the last one has. */
export const fillStockStatement = `
  insert into shop.stock (product_id)
  select id from storage.products
   where not exists (select from shop.stock where product_id = (select max(id) from storage.products))
  on conflict (product_id) do nothing`;
