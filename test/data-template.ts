/**
 * Data folders whose database is made and seeded already. `npm test` makes them once, by
 * `node data-template.js FOLDER ROWS…`, and its tests copy them: initdb and seeding take most of a shop's first start.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  connectionsFor,
  databaseUrls,
  prepareDatabase,
  waitForDatabase,
  type DatabaseUrls,
} from '../local/postgres/database';
import { initialiseCluster, postgresSpec, SUPERUSER } from '../local/postgres/postgres';
import { placePostgres } from '../local/postgres/postgres-binaries';
import { postgresUser } from '../local/postgres/postgres-user';
import { SupervisedProcess } from '../local/processes/supervised-process';
import { loadSecrets } from '../local/secrets';
import { createDataFolder, dataFolder } from '../machine/data-folder';
import { resolveScenario } from '../scenario/resolve';
import { closedPort } from './mocks/servers';

/** The variable that names the folder of the templates, each called by its number of products. */
const VARIABLE = 'TEST_DATA_TEMPLATES';

/** Copies the template into an empty data folder. Without templates, or one of so many rows, it stays empty. */
export function copyTemplate(root: string, catalogRows: number): void {
  const template = join(process.env[VARIABLE] ?? '', String(catalogRows));
  if (process.env[VARIABLE] === undefined || !existsSync(template)) return;
  // PostgreSQL's files belong to its own user where the tests run as root.
  const { status, stderr } = spawnSync('cp', ['-a', `${template}/.`, root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${template} was not copied: ${stderr}`);
}

/** Starts the embedded PostgreSQL in a data folder, with roles, schema and catalog, made first where they are missing. */
export async function startDatabaseIn(
  root: string,
  catalogRows: number,
): Promise<{ urls: DatabaseUrls; stop: () => Promise<void> }> {
  const folder = dataFolder(root);
  createDataFolder(folder);
  const secrets = loadSecrets(folder.secretsFile, null);
  const user = postgresUser();
  const port = await closedPort();
  const options = {
    place: placePostgres(root, user),
    user,
    port,
    maxConnections: connectionsFor(resolveScenario({ catalogRows }, { nowSeconds: 0 })),
    logFile: join(folder.logs, 'postgresql.log'),
  };
  await initialiseCluster(options, secrets.postgres);
  const server = new SupervisedProcess(postgresSpec(options), {
    spawned: () => undefined,
    crashed: () => undefined,
  });
  server.start();
  const stop = (): Promise<void> => server.stop(10_000);
  try {
    const superuser = `postgresql://${SUPERUSER}:${secrets.postgres}@127.0.0.1:${String(port)}/postgres`;
    await waitForDatabase(superuser, 60_000);
    await prepareDatabase(superuser, {
      passwords: secrets,
      catalogRows,
      ownServer: true,
      log: () => undefined,
      onProgress: () => undefined,
    });
    return { urls: databaseUrls(superuser, secrets), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function main(folder: string, sizes: readonly string[]): Promise<void> {
  for (const rows of sizes) {
    const { stop } = await startDatabaseIn(join(folder, rows), Number(rows));
    await stop();
  }
}

const [, script, folder, ...sizes] = process.argv;
if (script === __filename && folder !== undefined) void main(folder, sizes);
