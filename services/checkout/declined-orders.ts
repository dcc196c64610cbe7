import type { InstrumentedPool } from '../lib/database';
import { logger } from '../lib/logger';
import type { DeclinedOrder } from './order-input';

const INSERT = `insert into shop.declined_orders (id, user_id, total_cents, currency)
values ($1, $2, $3, $4)
on conflict do nothing`;

const valuesOf = (order: DeclinedOrder): unknown[] => [
  order.order_id,
  order.user_id,
  order.total_cents,
  order.currency,
];

/** Keeps a declined order on record, once. */
export type KeepDeclined = (order: DeclinedOrder) => Promise<void>;

/** As release 1.0.0 does it. */
export function keepDeclined(pool: Pick<InstrumentedPool, 'query'>): KeepDeclined {
  return async (order) => {
    await pool.query(INSERT, valuesOf(order));
  };
}

/**
 * As release 1.1.0 does it: it also counts how often this customer's cards were declined, on the same connection. The
 * fault of that release, and the cause of an outage: it never gives the connection back.
 */
export function keepAndCountDeclined(pool: Pick<InstrumentedPool, 'take'>): KeepDeclined {
  return async (order) => {
    const connection = await pool.take();
    await connection.query(INSERT, valuesOf(order));
    const { rows } = await connection.query<{ declined: number }>(
      'select count(*)::int as declined from shop.declined_orders where user_id = $1',
      [order.user_id],
    );
    logger.info(
      {
        event: 'declined_order_recorded',
        'order.id': order.order_id,
        'user.id': order.user_id,
        'payment.declined_orders': rows[0]?.declined ?? 0,
      },
      'declined order recorded',
    );
  };
}
