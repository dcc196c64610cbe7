import { z } from 'zod';
import { LOCK_WAIT_MS, RESERVATIONS_MAX } from '../../scenario/causes/hot-row/document';
import { createPool, databaseReady, poolsByName } from '../lib/database';
import { readEnv } from '../lib/env';
import { ObserverConnection } from '../lib/queries/observer-connection';
import { runService } from '../lib/server';
import { LockWaits } from './lock-waits';
import { inventoryRoutes, type InventoryPools } from './routes';
import { keepStock } from './stock-keeping';

/** A transaction that is begun and forgotten (its process hangs) gives its rows back after this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
const STOCK_MAX = 4;
const STOCK_STATEMENT_TIMEOUT_MS = 1500;

/** Starts the inventory: what is in the warehouse, and what is put aside for orders. */
export async function start(): Promise<void> {
  const { DATABASE_URL } = readEnv({ DATABASE_URL: z.string().min(1) });
  const pools: InventoryPools = {
    reservations: createPool({
      name: 'reservations',
      max: RESERVATIONS_MAX,
      statementTimeoutMs: LOCK_WAIT_MS,
      settings: {
        idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
      },
    }),
    stock: createPool({
      name: 'stock',
      max: STOCK_MAX,
      statementTimeoutMs: STOCK_STATEMENT_TIMEOUT_MS,
    }),
  };
  const waits = new LockWaits(new ObserverConnection(DATABASE_URL, 'inventory/lock-observer'));
  const tasks = [...keepStock(pools.reservations), waits.start()];
  await runService({
    name: 'inventory',
    routes: inventoryRoutes(pools, waits),
    readiness: { postgresql: () => databaseReady(pools.stock) },
    health: () => ({ pools: poolsByName(Object.values(pools)) }),
    close: async () => {
      for (const task of tasks) task.stop();
      await waits.close();
    },
  });
}
