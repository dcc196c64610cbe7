import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  connectionsFor,
  databaseUrls,
  prepareDatabase,
  waitForDatabase,
  type DatabaseUrls,
} from '../../local/postgres/database';
import { initialiseCluster, postgresSpec, SUPERUSER } from '../../local/postgres/postgres';
import { placePostgres } from '../../local/postgres/postgres-binaries';
import { postgresUser } from '../../local/postgres/postgres-user';
import { SupervisedProcess } from '../../local/processes/supervised-process';
import { resolveScenario } from '../../scenario/resolve';

/** Products of a test's catalog: the fewest there may be. */
export const CATALOG_ROWS = 50_000;

/** A PostgreSQL with schema and catalog, for one test file. */
export interface OwnDatabase {
  urls: DatabaseUrls;
  stop: () => Promise<void>;
}

/** Starts the embedded PostgreSQL in a folder of its own, and makes roles, schema and catalog in it. */
export async function startOwnDatabase(): Promise<OwnDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'own-database-'));
  chmodSync(folder, 0o755);
  const user = postgresUser();
  const port = await freePort();
  const normal = resolveScenario({ catalogRows: CATALOG_ROWS }, { nowSeconds: 0 });
  const options = {
    place: placePostgres(folder, user),
    user,
    port,
    maxConnections: connectionsFor(normal),
    logFile: path.join(folder, 'postgresql.log'),
  };
  await initialiseCluster(options, 'super');
  const server = new SupervisedProcess(postgresSpec(options), {
    spawned: () => undefined,
    crashed: () => undefined,
  });
  server.start();
  const stop = async (): Promise<void> => {
    await server.stop(10_000);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const superuser = `postgresql://${SUPERUSER}:super@127.0.0.1:${String(port)}/postgres`;
    await waitForDatabase(superuser, 60_000);
    const passwords = { shop_app: 'app', conductor: 'conducts' };
    await prepareDatabase(superuser, {
      passwords,
      catalogRows: CATALOG_ROWS,
      log: () => undefined,
      onProgress: () => undefined,
    });
    return { urls: databaseUrls(superuser, passwords), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
