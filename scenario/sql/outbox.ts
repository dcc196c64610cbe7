/** Channel of NOTIFY when there is something in the outbox. */
export const OUTBOX_CHANNEL = 'outbox';

/**
 * What customers are still to be told of their orders, and what they were told. A message is written by the statement
 * that writes its order, so that there is none without the other. Idempotent, also over a database of a shop that told
 * nobody; run as the owner, after the orders' table.
 */
export const outboxStatements: readonly string[] = [
  `create table if not exists shop.outbox (
     order_id uuid primary key,
     context jsonb not null,
     written_at timestamptz not null default now(),
     sent_at timestamptz
   )`,
  `create index if not exists outbox_unsent on shop.outbox (written_at) where sent_at is null`,
  `create or replace function shop.announce_message() returns trigger language plpgsql as $function$
   begin
     perform pg_notify('${OUTBOX_CHANNEL}', '');
     return null;
   end $function$`,
  `create or replace trigger announce after insert on shop.outbox
     for each statement execute function shop.announce_message()`,
  // The order's id is the message's: one that is delivered again meets the row of the first time.
  `create table if not exists shop.notifications (
     order_id uuid primary key,
     user_id text not null,
     message text not null,
     deliveries integer not null default 1,
     sent_at timestamptz not null default now()
   )`,
  // Who sends may say that something was sent: no message and no record of one can be made to vanish.
  `grant select, insert on shop.outbox, shop.notifications to shop_app`,
  `grant update (sent_at) on shop.outbox to shop_app`,
  `grant update (deliveries) on shop.notifications to shop_app`,
];
