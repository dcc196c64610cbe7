import { z } from 'zod';
import { poolShare } from '../../scenario/pools/pool-share';
import { BAD_CHECKOUT } from '../catalog';
import { createPool, databaseReady } from '../lib/database';
import { readEnv } from '../lib/env';
import { ScenarioSubscription } from '../lib/scenario-subscription';
import { runService } from '../lib/server';
import { RELEASE } from '../lib/telemetry/release';
import { keepAndCountDeclined, keepDeclined } from './declined-orders';
import { OrderRepository } from './order-repository';
import { checkoutRoutes } from './routes';

const STATEMENT_TIMEOUT_MS = 1500;

/** Starts the checkout service. */
export async function start(): Promise<void> {
  const env = readEnv({
    DATABASE_URL: z.string().min(1),
    POOL_REPLICAS: z.coerce.number().int().min(1).default(1),
  });
  const pool = createPool({ name: 'orders' });
  const subscription = new ScenarioSubscription(env.DATABASE_URL, 'checkout/scenario');
  subscription.onChange(({ scenario }) => {
    const { max, acquireTimeoutMs } = scenario.orders.pool;
    pool.resize({
      max: poolShare(max, env.POOL_REPLICAS),
      acquireTimeoutMs,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
  });
  await runService({
    name: 'checkout',
    routes: checkoutRoutes(
      new OrderRepository(pool),
      RELEASE === BAD_CHECKOUT ? keepAndCountDeclined(pool) : keepDeclined(pool),
    ),
    readiness: {
      postgresql: () => databaseReady(pool),
      scenario: () => subscription.assertKnown(),
    },
    health: () => ({ release: RELEASE, pool: pool.state() }),
    subscription,
  });
}
