/**
 * What the storage emulation costs, and how exactly it paces, each as a ratio within one run against the shop that
 * `npm start` runs in normal mode:
 * - view / table: a full scan through `shop.products` while nothing is slowed down, against the bare table
 * - paced / planned: a paced full scan against the time it was set to take
 * - CPU paced / CPU of the table: what the waits of a paced scan cost (Linux, where a back end's CPU time can be read)
 *
 * `npm run bench [-- DATA_FOLDER]`
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseRunState } from '../machine/run-file';
import { withSession } from '../machine/session';
import { EXTENTS, RECOMMENDATION_BAND_CENTS } from '../scenario/sql/catalog';

const ROUNDS = 15;
const PLANNED_MS = [400, 800, 1300];
const BAND = [RECOMMENDATION_BAND_CENTS.min, RECOMMENDATION_BAND_CENTS.max];

const scanOf = (relation: string): string => `select id from ${relation}
 where category = 'electronics' and active and price_cents between $1 and $2 order by popularity_score desc limit 10`;

/** CPU time of a process so far (ms), as Linux's scheduler counts it; NaN elsewhere. */
function cpuMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** How long something takes, and what CPU time the back end `pid` spends on it (ms; NaN where that cannot be read). */
async function measured(
  pid: number,
  work: () => Promise<unknown>,
): Promise<{ wallMs: number; cpuMs: number }> {
  const startedAt = performance.now();
  const cpuBefore = cpuMs(pid);
  await work();
  return { wallMs: performance.now() - startedAt, cpuMs: cpuMs(pid) - cpuBefore };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const dataDir = resolve(process.argv[2] ?? '.data');
  const run = parseRunState(readFileSync(join(dataDir, 'run.json'), 'utf8'));
  if (run === null) throw new Error('run.json is not whole');
  const options =
    '-c enable_indexscan=off -c enable_bitmapscan=off -c jit=off -c max_parallel_workers_per_gather=0';
  await withSession({ connectionString: run.databaseUrls.superuser, options }, async (_sql, client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const scan = (relation: string) =>
      measured(rows[0]?.pid ?? 0, () => client.query(scanOf(relation), BAND));
    const table: number[] = [];
    const tableCpu: number[] = [];
    const view: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // In turns, so that whatever else the machine does meets both alike.
      const bare = await scan('storage.products');
      table.push(bare.wallMs);
      tableCpu.push(bare.cpuMs);
      view.push((await scan('shop.products')).wallMs);
    }
    console.log(
      `view / table: ${(median(view) / median(table)).toFixed(2)}  (${median(view).toFixed(0)} / ${median(table).toFixed(0)} ms, median of ${ROUNDS})`,
    );
    for (const planned of PLANNED_MS) {
      // In a transaction that is rolled back: nobody else sees the profile.
      await client.query('begin');
      await client.query('delete from shop.storage_profile');
      await client.query(`insert into shop.storage_profile values ('-infinity', $1)`, [planned / EXTENTS]);
      const paced = await scan('shop.products');
      await client.query('rollback');
      console.log(
        `paced / planned: ${(paced.wallMs / planned).toFixed(3)}  (${paced.wallMs.toFixed(0)} / ${planned} ms)`,
      );
      if (Number.isFinite(paced.cpuMs)) {
        const bare = median(tableCpu);
        console.log(
          `CPU paced / CPU of the table: ${(paced.cpuMs / bare).toFixed(2)}  (${paced.cpuMs.toFixed(0)} / ${bare.toFixed(0)} ms)`,
        );
      }
    }
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}: start the shop first (npm start)` : error);
  process.exitCode = 1;
});
