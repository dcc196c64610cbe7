/**
 * Orders, written once per user and idempotency key: a key means something only to the user who made it up.
 * Idempotent, also over a database in which keys were unique among all users; run as the owner.
 */
export const orderStatements: readonly string[] = [
  `create table if not exists shop.orders (
     id uuid primary key,
     idempotency_key text not null,
     user_id text not null,
     total_cents bigint not null check (total_cents >= 0),
     currency text not null,
     items jsonb not null,
     payment_id text,
     created_at timestamptz not null default now()
   )`,
  `alter table shop.orders drop constraint if exists orders_idempotency_key_key`,
  `create unique index if not exists orders_user_id_idempotency_key on shop.orders (user_id, idempotency_key)`,
  `grant select, insert on shop.orders to shop_app`,
  `create table if not exists shop.declined_orders (
     id uuid primary key,
     user_id text not null,
     total_cents bigint not null check (total_cents >= 0),
     currency text not null,
     created_at timestamptz not null default now()
   )`,
  `grant select, insert on shop.declined_orders to shop_app`,
];
