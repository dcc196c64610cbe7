/**
 * The product catalog: a skewed table, and a view over it whose full scan is paced like a cold disk's.
 *
 * The table is `storage.products`; everybody reads `shop.products`, the view.
 */

/** A full scan meets this many extent borders, at each of which `storage_read()` may wait. */
export const EXTENTS = 128;

/**
 * Extents that are read ahead at once, as a disk's controller does: `storage_read()` waits at every eighth border
 * only. Each wait costs a wake-up of the back end, 0.2 ms of CPU on a busy machine: 128 of them cost twice what the
 * scan of 100,000 rows itself does (13 ms).
 */
export const READ_AHEAD_EXTENTS = 8;

/** Rows between two extent borders: row `id` is a border where `id % rowsPerExtent(rows) = 0`. */
export function rowsPerExtent(catalogRows: number): number {
  return Math.max(1, Math.floor(catalogRows / EXTENTS));
}

/**
 * The price every extent border has (cents). Rows at borders must qualify for the recommendation query, else
 * its wait would depend on its parameters: the price band of the demo always contains this price.
 */
export const BORDER_PRICE_CENTS = 9_999;

/** The band the shop's recommendations ask for by default (cents): about 4 % of the catalog. */
export const RECOMMENDATION_BAND_CENTS = { min: 9_000, max: 11_000 } as const;

/** What most of the catalog is, and what the demo asks for. */
export const MAIN_CATEGORY = 'electronics';
/** The rare categories of the rest. */
export const RARE_CATEGORIES = ['books', 'home', 'garden', 'toys', 'sports', 'fashion', 'grocery'] as const;

/** The deal of the day: a product of every catalog, at the border of no extent, and not on the deal page. */
export const DEAL_OF_THE_DAY = 123;

/** A product counts as low in stock up to this quantity; borders have just this, and come last. */
export const LOW_STOCK_QUANTITY = 3;

/** Changes when the catalog's data or table change: an older catalog is seeded again, in a table made anew. */
export const CATALOG_VERSION = 2;

/**
 * The catalog's table. Autovacuum is off for it, so that no plan flips in mid-show: seeding ends with VACUUM ANALYZE.
 * What the recommendation query's conditions read comes first: a scan takes every row apart up to the last of them, which
 * is a third of its CPU (500,000 rows: 39 ms with \`category\` seventh, 35 with it fourth).
 */
export const productsTableStatement = `create table if not exists storage.products (
     id integer primary key,
     price_cents integer not null check (price_cents > 0),
     active boolean not null,
     category text not null,
     name text not null,
     popularity_score integer not null,
     stock_quantity integer not null,
     created_at timestamptz not null
   ) with (autovacuum_enabled = false)`;

/** Tables of the catalog. Idempotent; run as the owner. */
export const catalogTableStatements: readonly string[] = [
  `create schema if not exists storage`,
  `create schema if not exists shop`,
  productsTableStatement,
  `create table if not exists storage.catalog_state (
     singleton boolean primary key default true check (singleton),
     version integer not null,
     catalog_rows integer not null,
     complete boolean not null
   )`,
  `create table if not exists shop.storage_profile (
     at timestamptz primary key,
     read_ms double precision not null check (read_ms >= 0)
   )`,
  // Extent k, a multiple of what is read ahead, may not be read before the statement's start + k · read_ms: a full
  // scan takes EXTENTS · read_ms whatever the CPU costs (the wait absorbs it). Never longer than 2 · read_ms per
  // extent at once, so that an index scan that happens to meet a border waits at most that. read_ms is looked up
  // anew at each wait: the profile changes while a scan runs. Its declared cost is one operator's: still more than
  // each of the query's own conditions, so that those run first, and so little that it doesn't sway the planner (at
  // cost 1000 it preferred a scan of 97 % of the table through baseline's index).
  `create or replace function shop.storage_read(extent integer) returns boolean
   language plpgsql volatile parallel unsafe cost 1 as $function$
   declare
     profile_read_ms double precision;
     wait_ms double precision;
   begin
     if extent % ${READ_AHEAD_EXTENTS} <> 0 then
       return true;
     end if;
     select p.read_ms into profile_read_ms
       from shop.storage_profile p where p.at <= clock_timestamp() order by p.at desc limit 1;
     if profile_read_ms is null or profile_read_ms <= 0 then
       return true;
     end if;
     wait_ms := extract(epoch from statement_timestamp() - clock_timestamp()) * 1000 + extent * profile_read_ms;
     if wait_ms > 0 then
       perform pg_sleep(least(wait_ms, ${2 * READ_AHEAD_EXTENTS} * profile_read_ms) / 1000);
     end if;
     return true;
   end
   $function$`,
];

/**
 * The view the shop reads. Not a security_barrier view: that makes the planner refuse the index. The planner
 * puts storage_read() behind the query's own, cheap conditions.
 */
export function productsViewStatement(catalogRows: number): string {
  const k = rowsPerExtent(catalogRows);
  return `create or replace view shop.products as
    select id, name, category, price_cents, popularity_score, stock_quantity, active, created_at
      from storage.products
     where (id % ${k} <> 0 or shop.storage_read(id / ${k}))`;
}

/** What the services' role may do. */
export const catalogGrantStatements: readonly string[] = [
  `grant usage on schema shop to shop_app`,
  `grant select on shop.products, shop.storage_profile to shop_app`,
];

/**
 * Inserts the rows `from`…`to` ($1, $2) of a catalog of $3 rows per extent. Deterministic: every value is a hash
 * of the id, so every catalog of a size is the same. 97.5 % are electronics, so that the planner takes a full scan
 * for the recommendation query although baseline's index exists.
 */
export const seedBatchStatement = `
  insert into storage.products (id, price_cents, popularity_score, stock_quantity, created_at, active, category, name)
  select id,
         case when border then ${BORDER_PRICE_CENTS} else 999 + h2 % 49000 end,
         case when border then 0 else 1 + h3 % 1000000 end,
         case when border then ${LOW_STOCK_QUANTITY} else h4 % 500 end,
         case when border then timestamptz '2010-01-01 00:00:00+00'
              else timestamptz '2024-06-01 00:00:00+00' + make_interval(mins => h5 % 1000000) end,
         border or h1 / 100000 % 50 <> 0,
         case when border or h1 % 100000 < 97463 then '${MAIN_CATEGORY}'
              else (array[${RARE_CATEGORIES.map((name) => `'${name}'`).join(', ')}])[1 + h2 % ${RARE_CATEGORIES.length}] end,
         (array['Aurora', 'Nimbus', 'Atlas', 'Pixel', 'Vertex', 'Orbit', 'Lumen', 'Cobalt', 'Ember', 'Quartz',
                'Summit', 'Harbor', 'Cedar', 'Onyx', 'Willow', 'Falcon'])[1 + h3 % 16]
           || ' ' || case when border or h1 % 100000 < 97463
                then (array['Headphones', 'Speaker', 'Keyboard', 'Monitor', 'Camera', 'Charger', 'Tablet', 'Router',
                            'Drone', 'Webcam', 'Projector', 'Smartwatch'])[1 + h4 % 12]
                else (array['Set', 'Kit', 'Edition', 'Bundle', 'Classic', 'Box'])[1 + h4 % 6] end
           || ' ' || (100 + h5 % 900)
    from (select id, id % $3 = 0 as border,
                 (hashint4extended(id, 1) & 2147483647)::integer as h1, (hashint4extended(id, 2) & 2147483647)::integer as h2,
                 (hashint4extended(id, 3) & 2147483647)::integer as h3, (hashint4extended(id, 4) & 2147483647)::integer as h4,
                 (hashint4extended(id, 5) & 2147483647)::integer as h5
            from generate_series($1::integer, $2::integer) as id) as numbered
  on conflict (id) do nothing`;
