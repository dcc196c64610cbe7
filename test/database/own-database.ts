import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseUrls } from '../../local/postgres/database';
import { copyTemplate, startDatabaseIn } from '../data-template';

/** Products of a test's catalog: the fewest there may be. */
export const CATALOG_ROWS = 50_000;

/** A PostgreSQL with schema and catalog, for one test file. */
export interface OwnDatabase {
  urls: DatabaseUrls;
  stop: () => Promise<void>;
}

/** Starts the embedded PostgreSQL in a folder of its own, with roles, schema and catalog in it. */
export async function startOwnDatabase(): Promise<OwnDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'own-database-'));
  chmodSync(folder, 0o755);
  copyTemplate(folder, CATALOG_ROWS);
  const { urls, stop } = await startDatabaseIn(folder, CATALOG_ROWS).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    urls,
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
