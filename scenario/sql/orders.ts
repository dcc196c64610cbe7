/** Orders, written once per idempotency key. Idempotent; run as the owner. */
export const orderStatements: readonly string[] = [
  `create table if not exists shop.orders (
     id uuid primary key,
     idempotency_key text not null unique,
     user_id text not null,
     total_cents bigint not null check (total_cents >= 0),
     currency text not null,
     items jsonb not null,
     payment_id text,
     created_at timestamptz not null default now()
   )`,
  `grant select, insert on shop.orders to shop_app`,
];
