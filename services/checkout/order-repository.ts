import { z } from 'zod';
import { HttpError } from '../lib/errors';
import { messageContext } from '../lib/requests/message-context';
import type { NewOrder } from './order-input';

/** What the repository needs of a pool. */
export interface QueryRunner {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** A row as node-postgres gives it: a bigint comes as text; totals stay below 2^53, see order-input.ts. */
const storedRow = z.object({
  id: z.string(),
  idempotency_key: z.string(),
  user_id: z.string(),
  total_cents: z.coerce.number(),
  currency: z.string(),
  items: z.array(
    z.object({
      product_id: z.number(),
      quantity: z.number(),
      unit_price_cents: z.number().optional(),
      name: z.string().optional(),
    }),
  ),
  payment_id: z.string().nullable(),
  created_at: z.date().transform((at) => at.toISOString()),
});

/** An order as it was written; `created_at` is ISO 8601. */
export type StoredOrder = Omit<z.infer<typeof storedRow>, 'id'> & { order_id: string };

const COLUMNS = 'id, idempotency_key, user_id, total_cents, currency, items, payment_id, created_at';

// Without a conflict target: an order id that another key used must not become an error of the database either.
// Exported for the bench, whose bare chain does the same.
// One statement, so that there is an order in the shop's books if and only if its confirmation is in the outbox.
export const INSERT_ORDER = `with written as (
  insert into shop.orders (id, idempotency_key, user_id, total_cents, currency, items, payment_id)
  values ($1, $2, $3, $4, $5, $6::jsonb, $7)
  on conflict do nothing
  returning ${COLUMNS}
), noted as (
  insert into shop.outbox (order_id, context) select id, $8::jsonb from written
)
select ${COLUMNS} from written`;

const SELECT_BY_KEY = `select ${COLUMNS} from shop.orders where user_id = $1 and idempotency_key = $2`;

/** Orders in PostgreSQL. Every method throws HttpError 503 while the database is away. */
export class OrderRepository {
  constructor(private readonly pool: QueryRunner) {}

  /**
   * Writes the order and the message that is to confirm it, once: a retry with the same idempotency key gets the order that was written first, whatever
   * else its body says. One statement, so two retries at the same moment write one order.
   * Keys are the user's own: another user's order with the same key is another order.
   * @throws HttpError 409 `order-id-taken` when an order of another user or key has the id: it is not shown
   */
  async create(order: NewOrder): Promise<{ order: StoredOrder; created: boolean }> {
    const inserted = await this.pool.query(INSERT_ORDER, [
      order.id,
      order.idempotencyKey,
      order.userId,
      order.totalCents,
      order.currency,
      JSON.stringify(order.items),
      order.paymentId,
      JSON.stringify(messageContext()),
    ]);
    const [written] = inserted.rows;
    if (written) return { order: toStoredOrder(written), created: true };

    const existing = await this.pool.query(SELECT_BY_KEY, [order.userId, order.idempotencyKey]);
    const [first] = existing.rows;
    if (!first)
      throw new HttpError(
        409,
        'order-id-taken',
        `order ${order.id} exists with another idempotency key or of another user: use a fresh id`,
      );
    return { order: toStoredOrder(first), created: false };
  }

  /** The order of an id; null if there is none. */
  async find(orderId: string): Promise<StoredOrder | null> {
    const { rows } = await this.pool.query(`select ${COLUMNS} from shop.orders where id = $1`, [orderId]);
    return rows[0] ? toStoredOrder(rows[0]) : null;
  }

  /** The price of a product (USD cents). @throws HttpError 404 `unknown-product` */
  async priceOf(productId: number): Promise<number> {
    const { rows } = await this.pool.query('select price_cents from shop.products where id = $1', [
      productId,
    ]);
    if (!rows[0]) throw new HttpError(404, 'unknown-product', `there is no product ${productId}`);
    return Number(rows[0].price_cents);
  }
}

function toStoredOrder(row: Record<string, unknown>): StoredOrder {
  const { id, ...order } = storedRow.parse(row);
  return { order_id: id, ...order };
}
