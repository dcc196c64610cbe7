import { createPool, databaseReady } from '../lib/database';
import { runService } from '../lib/server';
import { inventoryRoutes, type InventoryPools } from './routes';
import { keepStock } from './stock-keeping';

/** How long a statement waits for a row that another transaction holds, and then gives up. */
const LOCK_TIMEOUT_MS = 2000;
/** A transaction that is begun and forgotten (its process hangs) gives its rows back after this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Each order that waits for a row holds a connection meanwhile. */
const RESERVATIONS_MAX = 64;
const STOCK_MAX = 4;
const ACQUIRE_TIMEOUT_MS = 1000;
/** A wait for the row's queue and one for its holder are lock waits of their own. */
const RESERVATION_STATEMENT_TIMEOUT_MS = 2 * LOCK_TIMEOUT_MS + 500;
const STOCK_STATEMENT_TIMEOUT_MS = 1500;

/** Starts the inventory: what is in the warehouse, and what is put aside for orders. */
export async function start(): Promise<void> {
  const pools: InventoryPools = {
    reservations: createPool({
      name: 'reservations',
      max: RESERVATIONS_MAX,
      acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: RESERVATION_STATEMENT_TIMEOUT_MS,
      settings: {
        lock_timeout: String(LOCK_TIMEOUT_MS),
        idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
      },
    }),
    stock: createPool({
      name: 'stock',
      max: STOCK_MAX,
      acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: STOCK_STATEMENT_TIMEOUT_MS,
    }),
  };
  const keeping = keepStock(pools.reservations);
  await runService({
    name: 'inventory',
    routes: inventoryRoutes(pools),
    readiness: { postgresql: () => databaseReady(pools.stock) },
    close: async () => {
      keeping.stop();
      await Promise.allSettled([pools.reservations.close(), pools.stock.close()]);
    },
  });
}
