import { createPool, databaseReady } from '../lib/database';
import { runService } from '../lib/server';
import { OrderRepository } from './order-repository';
import { checkoutRoutes } from './routes';

/** Orders are single-row writes of a millisecond: eight connections carry several thousand a second. */
const POOL_MAX = 8;
const ACQUIRE_TIMEOUT_MS = 1000;
const STATEMENT_TIMEOUT_MS = 1500;

/** Starts the checkout service. */
export async function start(): Promise<void> {
  const pool = createPool({
    name: 'orders',
    max: POOL_MAX,
    acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await runService({
    name: 'checkout',
    routes: checkoutRoutes(new OrderRepository(pool)),
    readiness: { postgresql: () => databaseReady(pool) },
    close: () => pool.close(),
  });
}
