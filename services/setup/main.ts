/**
 * The Kubernetes Job that makes schema, functions, grants and catalog, next to the database instead of over the
 * operator's line. A rerun is harmless; a killed one goes on where it stopped.
 */
// A Job's process answers no request: it may wait.
// eslint-disable-next-line no-restricted-imports
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { count } from '../../report/format';
import { setupDatabase } from '../../scenario/apply-setup';
import { readEnv } from '../lib/env';
import { messageOf } from '../lib/errors';

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 1_000;
const PATIENCE_MS = 120_000;

/** One line of progress, as the other services log: JSON with a message. */
function say(message: string): void {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), service: 'setup', msg: message })}\n`,
  );
}

/** Logs in; the database may be starting, or the network's rules not be there yet. */
async function connect(connectionString: string): Promise<Client> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const client = new Client({
      connectionString,
      application_name: 'setup',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    // A lost connection also rejects the query under way; without a listener it would end the process twice.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (Date.now() > deadline) throw error;
      say(`waiting for PostgreSQL: ${messageOf(error)}`);
      await delay(RETRY_MS);
    }
  }
}

async function main(): Promise<void> {
  const env = readEnv({
    DATABASE_URL: z.string().min(1, 'the URL of the database, as superuser'),
    CATALOG_ROWS: z.coerce.number().int().min(50_000),
  });
  const client = await connect(env.DATABASE_URL);
  const started = performance.now();
  const seededRows = await setupDatabase(
    { query: (text, values) => client.query<Record<string, unknown>>(text, values) },
    {
      catalogRows: env.CATALOG_ROWS,
      log: say,
      onProgress: (rows, total) => say(`catalog: ${count(rows)} of ${count(total)} products`),
    },
  );
  // What was seeded is on disk before the outage begins: no checkpoint writes it out in mid-show.
  if (seededRows > 0) await client.query('checkpoint');
  await client.end();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`database ready: ${count(env.CATALOG_ROWS)} products, ${count(seededRows)} of them new (${seconds} s)`);
}

main().catch((error: unknown) => {
  say(`set-up failed: ${messageOf(error)}`);
  process.exit(1);
});
