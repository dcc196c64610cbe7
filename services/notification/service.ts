import { z } from 'zod';
import { NOTIFICATION_POOL_MAX } from '../../scenario/pools/connections';
import { createPool, databaseReady } from '../lib/database';
import { readEnv } from '../lib/env';
import { runService } from '../lib/server';
import { Delivery } from './delivery';
import { SetAside, takeMessages } from './outbox';
import { OutboxReader } from './outbox-reader';
import { notificationRoutes } from './routes';

const STATEMENT_TIMEOUT_MS = 1500;
/** A process that hangs gives what it has taken back to others after this: longer than a whole batch may take. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** Starts the notification service: it tells customers that their order is written. */
export async function start(): Promise<void> {
  const { DATABASE_URL } = readEnv({ DATABASE_URL: z.string().min(1) });
  const pool = createPool({
    name: 'notifications',
    max: NOTIFICATION_POOL_MAX,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    settings: { idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS) },
  });
  const { deliver } = new Delivery(pool);
  const aside = new SetAside();
  const reader = new OutboxReader(DATABASE_URL, () => takeMessages(pool, deliver, aside));
  reader.start();
  await runService({
    name: 'notification',
    routes: notificationRoutes(pool),
    readiness: { postgresql: () => databaseReady(pool) },
    health: () => ({ pool: pool.state() }),
    close: () => reader.close(),
  });
}
