import { DELIVERY_PIECES, REORDER_POINT_PIECES } from '../../scenario/sql/stock';
import { every, type BackgroundTask } from '../lib/background';
import type { InstrumentedPool } from '../lib/database';
import { logger } from '../lib/logger';
import type { Item } from './input';
import { putBack, type ReservationState } from './reservations';

/** How long pieces are held for an order that is not written (s): longer than any checkout may take. */
const HELD_FOR_SECONDS = 120;
const SETTLE_EVERY_MS = 30_000;
/** Reads the whole table; nobody can buy what is left at the reorder point in that time. */
const RESTOCK_EVERY_MS = 300_000;
/** At once: no row is locked for long. */
const BATCH = 100;

// What another replica settles now is skipped.
const OVERDUE = `select r.order_id, r.items, exists (select from shop.orders o where o.id = r.order_id) as written
  from shop.reservations r
 where r.state = 'held' and r.reserved_at < now() - make_interval(secs => ${HELD_FOR_SECONDS})
 order by r.reserved_at limit ${BATCH} for update skip locked`;

const SETTLE = `update shop.reservations set state = $2 where order_id = any($1::uuid[])`;

// A row that somebody holds is not waited for: it is looked at again next time.
const RESTOCK = `update shop.stock set available = available + ${DELIVERY_PIECES}
 where product_id in (select product_id from shop.stock where available < ${REORDER_POINT_PIECES} for update skip locked)
returning product_id`;

/**
 * Decides about reservations that nobody came back for: of a written order the pieces are sold, of any other they are
 * given back. So a checkout that failed after its reservation, or whose answer was lost, costs no stock.
 *
 * @returns how many were settled; less than were due if there are very many
 */
export async function settleReservations(
  pool: InstrumentedPool,
): Promise<Record<Exclude<ReservationState, 'held'>, number>> {
  return pool.transaction(async (transaction) => {
    const { rows } = await transaction.query<{ order_id: string; items: Item[]; written: boolean }>(OVERDUE);
    const sold = rows.filter(({ written }) => written);
    const released = rows.filter(({ written }) => !written);
    const idsOf = (reservations: typeof rows): string[] => reservations.map(({ order_id }) => order_id);
    if (sold.length > 0) await transaction.query(SETTLE, [idsOf(sold), 'sold']);
    if (released.length > 0) await transaction.query(SETTLE, [idsOf(released), 'released']);
    await putBack(transaction, totalsOf(released.flatMap(({ items }) => items)));
    return { sold: sold.length, released: released.length };
  });
}

/** Takes deliveries of products that run out. @returns how many */
export async function restock(pool: InstrumentedPool): Promise<number> {
  return (await pool.query(RESTOCK)).rows.length;
}

/** Does both now and then. @returns the tasks, to be stopped */
export function keepStock(pool: InstrumentedPool): BackgroundTask[] {
  return [
    every(SETTLE_EVERY_MS, 'settling reservations', async () => {
      let settled;
      do {
        settled = await settleReservations(pool);
        if (settled.released > 0)
          logger.info({ 'stock.released_orders': settled.released }, 'stock of unwritten orders is back');
      } while (settled.sold + settled.released === BATCH);
    }),
    every(RESTOCK_EVERY_MS, 'restocking', async () => {
      const deliveries = await restock(pool);
      if (deliveries > 0)
        logger.info({ 'stock.products': deliveries, 'stock.pieces': DELIVERY_PIECES }, 'stock was delivered');
    }),
  ];
}

/** Each product once: its row is updated once. */
function totalsOf(items: readonly Item[]): Item[] {
  const totals = new Map<number, number>();
  for (const { product_id, quantity } of items)
    totals.set(product_id, (totals.get(product_id) ?? 0) + quantity);
  return [...totals].map(([product_id, quantity]) => ({ product_id, quantity }));
}
