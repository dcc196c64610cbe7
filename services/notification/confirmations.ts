import type { InstrumentedPool } from '../lib/database';
import type { Order } from './outbox';

// A customer is told once: of a message that comes again it is counted that it did.
const SEND = `insert into shop.notifications (order_id, user_id, message) values ($1, $2, $3)
on conflict (order_id) do update set deliveries = notifications.deliveries + 1
returning deliveries`;

const FIND = `select order_id, user_id, message, deliveries, sent_at from shop.notifications where order_id = $1`;

/** A confirmation as it was sent. */
export interface Confirmation {
  order_id: string;
  user_id: string;
  message: string;
  /** How often its message came; all but the first changed nothing. */
  deliveries: number;
  sent_at: Date;
}

/** What a customer is told. */
export function confirmationOf({ order_id, total_cents, currency, items }: Order): string {
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const total = (Number(total_cents) / 100).toFixed(2);
  return `Thank you: your order ${order_id} of ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}, ${total} ${currency}, is confirmed.`;
}

/**
 * Sends the confirmation of an order, once however often it is asked for. The order's id is what a mail provider would
 * know a message again by; the table is that provider's.
 *
 * @returns whether this call did it; false: it was sent before
 */
export async function sendConfirmation(pool: InstrumentedPool, order: Order): Promise<boolean> {
  const { rows } = await pool.query<Pick<Confirmation, 'deliveries'>>(SEND, [
    order.order_id,
    order.user_id,
    confirmationOf(order),
  ]);
  return rows[0]?.deliveries === 1;
}

/** The confirmation of an order; null before it was sent. */
export async function findConfirmation(
  pool: InstrumentedPool,
  orderId: string,
): Promise<Confirmation | null> {
  const { rows } = await pool.query<Confirmation>(FIND, [orderId]);
  return rows[0] ?? null;
}
