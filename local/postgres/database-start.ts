import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { requireAddress } from '../../machine/address';
import type { DataFolder } from '../../machine/data-folder';
import { POSTGRES_PORT } from '../../machine/reach/ports';
import type { Supervisor } from '../processes/supervisor';
import { count } from '../../report/format';
import type { Reporter } from '../progress';
import { loadSecrets, type Secrets } from '../secrets';
import { prepareDatabase, waitForDatabase } from './database';
import {
  SUPERUSER,
  clusterExists,
  endOrphanedPostgres,
  initialiseCluster,
  postgresSpec,
  startFault,
  type PostgresOptions,
} from './postgres';
import { placePostgres } from './postgres-binaries';
import { postgresUser } from './postgres-user';

/** From an initdb on one slow core, or a recovery after a kill, to the first login (ms). */
const DATABASE_TIMEOUT_MS = 30_000;

/**
 * Decides which PostgreSQL serves: `ECOMMERCE_POSTGRES_URL`, else the embedded one in the data folder. Only for the
 * runner that holds the folder: secrets are made when there are none, what a dead runner left is ended.
 *
 * @returns `server` null when the user's own is used; the superuser's URL, of any database of it
 * @throws Refusal for a URL that is none, a system it does not run on, secrets that are broken or gone
 */
export async function planDatabase(
  folder: DataFolder,
  options: { env: NodeJS.ProcessEnv; portOffset: number; maxConnections: number; reporter: Reporter },
): Promise<{ server: PostgresOptions | null; superuserUrl: string; secrets: Secrets }> {
  const external = options.env.ECOMMERCE_POSTGRES_URL ?? '';
  if (external !== '') {
    requireAddress('ECOMMERCE_POSTGRES_URL', external, ['postgres:', 'postgresql:'], {
      what: 'the URL of a superuser',
      example: 'postgres://postgres:secret@localhost:5432/postgres',
      otherwise: 'unset it to use the embedded PostgreSQL',
    });
    return { server: null, superuserUrl: external, secrets: loadSecrets(folder.secretsFile, null) };
  }
  const user = postgresUser();
  const place = placePostgres(folder.root, user);
  for (const note of place.notes) options.reporter.note(note);
  if (await endOrphanedPostgres(place.dataDir)) {
    options.reporter.note('ended a PostgreSQL that was left on this data folder');
  }
  const port = POSTGRES_PORT + options.portOffset;
  const secrets = loadSecrets(folder.secretsFile, usableCluster(place, folder, options.reporter));
  return {
    server: {
      place,
      user,
      port,
      maxConnections: options.maxConnections,
      logFile: path.join(folder.logs, 'postgresql.log'),
    },
    superuserUrl: `postgres://${SUPERUSER}:${secrets.postgres}@127.0.0.1:${String(port)}/postgres`,
    secrets,
  };
}

/**
 * The cluster's folder, null where there is none yet. One outside the data folder whose secrets are gone is removed:
 * who deletes the data folder to start afresh does not know of it.
 */
function usableCluster(
  { dataDir, outside }: PostgresOptions['place'],
  folder: DataFolder,
  reporter: Reporter,
): string | null {
  if (!clusterExists(dataDir)) return null;
  if (!outside || existsSync(folder.secretsFile)) return dataDir;
  rmSync(dataDir, { recursive: true, force: true });
  reporter.note(`the data folder is new: the old database in ${dataDir} was removed`);
  return null;
}

/** Starts the embedded PostgreSQL, made first if need be, or waits for the user's own. @throws Refusal */
export async function startDatabase(
  { server, superuserUrl, secrets }: Awaited<ReturnType<typeof planDatabase>>,
  supervisor: Supervisor,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<void> {
  const step = reporter.step('PostgreSQL');
  if (server === null) {
    await waitForDatabase(superuserUrl, DATABASE_TIMEOUT_MS, {
      remedy: "Check user, password and database in ECOMMERCE_POSTGRES_URL, and the server's pg_hba.conf.",
    });
    step.done('the one of ECOMMERCE_POSTGRES_URL');
    return;
  }
  signal?.throwIfAborted();
  step.progress('initdb');
  const made = await initialiseCluster(server, secrets.postgres, signal);
  signal?.throwIfAborted();
  step.progress('');
  const supervised = supervisor.start(postgresSpec(server));
  await waitForDatabase(superuserUrl, DATABASE_TIMEOUT_MS, {
    hasFailed: () => (supervised.restarts > 0 || supervisor.stopping ? startFault(server.logFile) : null),
    // The data may be as healthy as before: deleting it is no remedy for a password that does not fit.
    remedy:
      `Its password is in secrets.json of the data folder: if that file was replaced, put it back. ` +
      `The server's log: ${server.logFile}`,
  });
  const as = server.user ? `, runs as user ${server.user.name}` : '';
  step.done(`${server.place.binaries.major} on port ${String(server.port)}${made ? ', new' : ''}${as}`);
}

/** Makes roles, schema and catalog, and says how far it is. */
export async function prepareCatalog(
  { server, superuserUrl, secrets: passwords }: Awaited<ReturnType<typeof planDatabase>>,
  catalogRows: number,
  reporter: Reporter,
): Promise<void> {
  const step = reporter.step('Catalog');
  const seeded = await prepareDatabase(superuserUrl, {
    passwords,
    catalogRows,
    ownServer: server !== null,
    log: (message) => step.progress(message),
    onProgress: (rows, total) => step.progress(`${count(rows)} of ${count(total)} products`),
  });
  step.done(`${count(catalogRows)} products${seeded > 0 ? `, ${count(seeded)} of them new` : ''}`);
}
