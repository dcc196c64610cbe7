import { trace } from '@opentelemetry/api';
import type { InstrumentedPool, Transaction } from '../lib/database';
import { HttpError, reasonOf } from '../lib/errors';
import { logger } from '../lib/logger';
import { withTraceparent } from '../lib/telemetry/sql-comment';
import { inSpan } from '../lib/telemetry/tracing';
import type { Item } from './input';
import { waitAttributes, type LockWaits, type WaitSeen } from './lock-waits';

/** `held`: for an order that is not written yet; `sold`: it is; `released`: it never will be. */
export type ReservationState = 'held' | 'sold' | 'released';

// A retry, and whoever comes back for an order that was given up, finds the row; two at once wait for each other here.
export const BEGIN_RESERVATION = `insert into shop.reservations (order_id, items) values ($1, $2::jsonb)
on conflict (order_id) do update set state = 'held', items = excluded.items, reserved_at = now()
 where reservations.state = 'released'
returning order_id`;

export const TAKE_STOCK = `update shop.stock set available = available - $2 where product_id = $1 and available >= $2`;

const PUT_BACK = `update shop.stock set available = available + $2 where product_id = $1`;

// Not of an order that is written: its pieces are sold.
const RELEASE = `update shop.reservations set state = 'released'
 where order_id = $1 and state = 'held' and not exists (select from shop.orders where id = $1)
returning items`;

/**
 * Puts the pieces of an order aside, all or none, once however often it is asked for: the order's id is the key.
 *
 * @param beforeCommit what has to succeed, while the rows are held
 * @returns whether this call did it; false: an earlier one had
 * @throws HttpError 404 `unknown-product`; 409 `out-of-stock`, with what is left; 503 `lock-timeout`
 */
export async function reserve(
  { reservations, waits }: { reservations: InstrumentedPool; waits: LockWaits },
  orderId: string,
  items: readonly Item[],
  beforeCommit: () => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  // The transaction as a span: what the statements of who waits for it link to.
  return inSpan(
    'reserve stock',
    { attributes: { 'order.id': orderId } },
    () =>
      reservations.transaction(async (transaction) => {
        const { rows } = await transaction.query(BEGIN_RESERVATION, [orderId, JSON.stringify(items)]);
        if (!rows[0]) return false;
        for (const item of inOrder(items)) await take(transaction, waits, item);
        await beforeCommit();
        return true;
      }),
    (error, span) => {
      const reason = reasonOf(error);
      if (reason === 'lock-timeout') span.setAttribute('shop.lock.timeout', true);
      return error instanceof HttpError && error.status < 500 ? null : reason;
    },
  );
}

/**
 * Gives the pieces of an order back that won't be written.
 *
 * @returns false when there is nothing to give back: no reservation, given back before, or the order is written
 */
export async function release(pool: InstrumentedPool, orderId: string): Promise<boolean> {
  return pool.transaction(async (transaction) => {
    const { rows } = await transaction.query<{ items: Item[] }>(RELEASE, [orderId]);
    if (!rows[0]) return false;
    await putBack(transaction, rows[0].items);
    return true;
  });
}

/** The state of an order's reservation; null if there is none. */
export async function findReservation(
  pool: InstrumentedPool,
  orderId: string,
): Promise<{ state: ReservationState; items: Item[] } | null> {
  const { rows } = await pool.query<{ state: ReservationState; items: Item[] }>(
    'select state, items from shop.reservations where order_id = $1',
    [orderId],
  );
  return rows[0] ?? null;
}

/** Pieces of a product that can be had. @throws HttpError 404 `unknown-product` */
export async function availableOf(pool: Pick<Transaction, 'query'>, productId: number): Promise<number> {
  const { rows } = await pool.query<{ available: number }>(
    'select available from shop.stock where product_id = $1',
    [productId],
  );
  if (!rows[0]) throw new HttpError(404, 'unknown-product', `there is no product ${productId}`);
  return rows[0].available;
}

/** Brings pieces back to the warehouse. */
export async function putBack(
  transaction: Pick<Transaction, 'query'>,
  items: readonly Item[],
): Promise<void> {
  for (const { product_id, quantity } of inOrder(items)) {
    await transaction.query(PUT_BACK, [product_id, quantity]);
  }
}

async function take(
  transaction: Transaction,
  waits: LockWaits,
  { product_id, quantity }: Item,
): Promise<void> {
  const { rowCount } = await waits
    .during(
      { pid: transaction.pid, productId: product_id },
      (observation) => transaction.query(withTraceparent(TAKE_STOCK), [product_id, quantity], observation),
      noteFailedWait,
    )
    .catch((error: unknown) => {
      // It updates one row by its key: all its time was the wait for that.
      if (!(error instanceof HttpError) || error.reason !== 'query-timeout') throw error;
      const message = `Others held the row of product ${product_id}, one after the other.`;
      throw new HttpError(503, 'lock-timeout', message, {}, { cause: error });
    });
  if (rowCount === 1) return;
  const available = await availableOf(transaction, product_id);
  const message = `Of product ${product_id} ${available} are left.`;
  throw new HttpError(409, 'out-of-stock', message, { product_id, available });
}

/** The statement's own span has ended with its error: what its wait was is for the transaction to say. */
function noteFailedWait(wait: WaitSeen): void {
  const attributes = waitAttributes(wait);
  trace.getActiveSpan()?.setAttributes(attributes);
  logger.error({ event: 'demo_lock_timeout', ...attributes }, 'gave up waiting for a row');
}

/** Everybody locks rows in the same order: two orders of the same products wait, and never for each other. */
function inOrder(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => a.product_id - b.product_id);
}
