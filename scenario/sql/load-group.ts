/**
 * Which replicas of the load generator share the load: one row, which they replace by comparing its revision. They alone
 * know what it means. Idempotent; run as the owner.
 */
export const loadGroupStatements: readonly string[] = [
  `create table if not exists scenario.load_group (
     singleton boolean primary key default true check (singleton),
     revision bigint not null default 0,
     document jsonb not null default '{}'
   )`,
  `insert into scenario.load_group default values on conflict do nothing`,
  `grant select, update (revision, document) on scenario.load_group to shop_app`,
];

/** The row, and the database's clock (Unix ms). */
export const readLoadGroupQuery = `select revision::text as revision, document,
    (extract(epoch from clock_timestamp()) * 1000)::double precision as now
  from scenario.load_group`;

/** Replaces version $1 by document $2; answers no row when it is that version no more. */
export const replaceLoadGroupStatement = `update scenario.load_group
    set revision = revision + 1, document = $2::jsonb where revision = $1::bigint returning revision`;
