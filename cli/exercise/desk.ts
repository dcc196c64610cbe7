import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CAUSE_NAMES } from '../../scenario/causes/all';
import type { Diagnosis } from '../../report/exercise/facts';
import { parseJson } from '../../machine/json';
import { readIfThere, writePrivateJson } from '../../machine/private-file';

/** What may be answered. */
export const DIAGNOSES: readonly Diagnosis[] = [...CAUSE_NAMES, 'none'];

/** What a participant may use, and where: all that he is told. */
const deskSchema = z.strictObject({
  version: z.literal(1),
  /** The exercise. */
  id: z.string(),
  /** Base URL of the desk. */
  url: z.url(),
  /** Bearer of whatever is said to the desk. */
  token: z.string(),
  shopUrl: z.url(),
  /** Connection string of the role `on_call`. */
  database: z.string(),
  stackFile: z.string(),
});
export type Desk = z.infer<typeof deskSchema>;

function folderOf(dataDir: string): string {
  return path.join(dataDir, 'exercise');
}

/** Makes the folder of the exercise under way (0700), in a data folder. */
export function makeDeskFolder(dataDir: string): string {
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The desk's own file (0600). */
export function deskFile(dataDir: string): string {
  return path.join(folderOf(dataDir), 'desk.json');
}

export function writeDesk(dataDir: string, desk: Desk): void {
  writePrivateJson(deskFile(dataDir), desk);
}

/** The desk of the exercise under way, as its file says; null where there is none. */
export function readDesk(dataDir: string): Desk | null {
  return deskSchema.safeParse(parseJson(readIfThere(deskFile(dataDir)) ?? '')).data ?? null;
}

/** What a person is told of the desk. */
export function deskLines({ url, shopUrl, database, stackFile }: Desk): string[] {
  return [
    `Page         ${url}/  (figures, pools, traces with their spans, processes)`,
    `Traces API   ${url}/api/traces?traffic=demo&error=true&limit=20 , /api/traces/ID , /api/logs , /api/service-map`,
    `Metrics      ${url}/api/metrics  (rates, errors, latencies by cohort, service and route; pools)`,
    `Processes    ${url}/api/processes  (kill PID ends one; it is started again)`,
    `psql         ${database}`,
    '             reads catalog, stock and pg_stat_activity; makes and drops indexes of storage.products',
    `Stack file   ${stackFile}  (edit and save; docs/config.md explains the keys)`,
    `Storefront   ${shopUrl}`,
    'Not part of it: the console, the data folder, and npm run demo, validate, rollback.',
    '',
    `Say so       npm run exercise -- ack       something is the matter`,
    `             npm run exercise -- answer --cause CAUSE [--why TEXT], or answer FILE.json`,
    `             CAUSE is one of ${DIAGNOSES.join(', ')}`,
    `             npm run exercise -- status | hint | end`,
  ];
}
