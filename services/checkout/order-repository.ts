import { HttpError } from '../lib/errors';
import type { NewOrder, OrderItem } from './order-input';

/** What the repository needs of a pool. */
export interface QueryRunner {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

export interface StoredOrder {
  order_id: string;
  idempotency_key: string;
  user_id: string;
  total_cents: number;
  currency: string;
  items: OrderItem[];
  payment_id: string | null;
  /** ISO 8601. */
  created_at: string;
}

const COLUMNS = 'id, idempotency_key, user_id, total_cents, currency, items, payment_id, created_at';

// Without a conflict target: an order id that another key used must not become an error of the database either.
const INSERT = `insert into orders (id, idempotency_key, user_id, total_cents, currency, items, payment_id)
values ($1, $2, $3, $4, $5, $6::jsonb, $7)
on conflict do nothing
returning ${COLUMNS}`;

/** Orders in PostgreSQL. Every method throws HttpError 503 while the database is away. */
export class OrderRepository {
  constructor(private readonly pool: QueryRunner) {}

  /**
   * Writes the order, once: a retry with the same idempotency key gets the order that was written first, whatever
   * else its body says. One statement, so two retries at the same moment write one order.
   * @throws HttpError 409 `idempotency-key-reused` when another user's order has the key: that order is not shown;
   *   409 `order-id-taken` when an order of another key has the id
   */
  async create(order: NewOrder): Promise<{ order: StoredOrder; created: boolean }> {
    const inserted = await this.pool.query(INSERT, [
      order.id,
      order.idempotencyKey,
      order.userId,
      order.totalCents,
      order.currency,
      JSON.stringify(order.items),
      order.paymentId,
    ]);
    const [written] = inserted.rows;
    if (written) return { order: toStoredOrder(written), created: true };

    const existing = await this.pool.query(`select ${COLUMNS} from orders where idempotency_key = $1`, [
      order.idempotencyKey,
    ]);
    const [first] = existing.rows;
    if (!first)
      throw new HttpError(409, 'order-id-taken', `order ${order.id} exists with another idempotency key`);
    const stored = toStoredOrder(first);
    if (stored.user_id !== order.userId) {
      throw new HttpError(
        409,
        'idempotency-key-reused',
        'the idempotency key belongs to another order: use a fresh one',
      );
    }
    return { order: stored, created: false };
  }

  /** The order of an id; null if there is none. */
  async find(orderId: string): Promise<StoredOrder | null> {
    const { rows } = await this.pool.query(`select ${COLUMNS} from orders where id = $1`, [orderId]);
    return rows[0] ? toStoredOrder(rows[0]) : null;
  }

  /** The price of a product (USD cents). @throws HttpError 404 `unknown-product` */
  async priceOf(productId: number): Promise<number> {
    const { rows } = await this.pool.query('select price_cents from products where id = $1', [productId]);
    if (!rows[0]) throw new HttpError(404, 'unknown-product', `there is no product ${String(productId)}`);
    return Number(rows[0]['price_cents']);
  }
}

/** node-postgres gives a bigint as text: totals stay below 2^53, see order-input.ts. */
function toStoredOrder(row: Record<string, unknown>): StoredOrder {
  return {
    order_id: String(row['id']),
    idempotency_key: String(row['idempotency_key']),
    user_id: String(row['user_id']),
    total_cents: Number(row['total_cents']),
    currency: String(row['currency']),
    items: row['items'] as OrderItem[],
    payment_id: row['payment_id'] === null ? null : String(row['payment_id']),
    created_at:
      row['created_at'] instanceof Date ? row['created_at'].toISOString() : String(row['created_at']),
  };
}
