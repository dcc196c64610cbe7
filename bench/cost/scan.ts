/**
 * What the scan that the outage is made of costs its back end, and how exactly the storage emulation paces it. Against
 * the cheapest scan of the same table there is, one condition on its second column.
 */
import { withSession } from '../../machine/session';
import { count } from '../../report/format';
import { EXTENTS } from '../../scenario/sql/catalog';
import { recommendationsQuery, USUAL_VALUES } from '../../services/lib/queries/recommendations-query';
import type { TestShop } from '../../test/harness';
import type { Figure, Findings, Growth } from './figure';
import { median, schedulerCpuMs } from './measure';
import { progress } from './progress';

const ROUNDS = 7;
/** Of minute 5 to minute 20 at scale 1. */
const PLANNED_MS = [670, 1300];
const GROWTH_ROWS = [50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000];
/** A Seq Scan, whatever indexes there are. */
const OPTIONS =
  '-c enable_indexscan=off -c enable_bitmapscan=off -c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_custom_plan';

const CHEAPEST = 'select id from storage.products where price_cents < 0';
const onTable = (table: string): string => recommendationsQuery.text.replace('shop.products', table);

/** CPU of scans (ms), the pacing's error, and how a scan's CPU grows with the table. */
export async function measureScan(shop: TestShop): Promise<Findings> {
  const connectionString = shop.run().databaseUrls.superuser;
  return withSession({ connectionString, options: OPTIONS }, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pid = rows[0]?.pid ?? 0;
    const cost = async (
      text: string,
      values: readonly unknown[] = [],
    ): Promise<{ cpu: number; wall: number }> => {
      const [cpu, wall] = [schedulerCpuMs(pid), performance.now()];
      await client.query(text, [...values]);
      return { cpu: schedulerCpuMs(pid) - cpu, wall: performance.now() - wall };
    };
    const paced = async (plannedMs: number): Promise<{ cpu: number; wall: number }> => {
      // In a transaction that is rolled back: nobody else sees the profile.
      await client.query('begin');
      await client.query('delete from shop.storage_profile');
      await client.query(`insert into shop.storage_profile values ('-infinity', $1)`, [plannedMs / EXTENTS]);
      const found = await cost(recommendationsQuery.text, USUAL_VALUES);
      await client.query('rollback');
      return found;
    };
    progress('the scan, against the cheapest of its table');
    const cheapest: number[] = [];
    const table: number[] = [];
    const view: number[] = [];
    const pacedCpu: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      // In turns, so that whatever else the machine does meets all alike.
      cheapest.push((await cost(CHEAPEST)).cpu);
      table.push((await cost(onTable('storage.products'), USUAL_VALUES)).cpu);
      view.push((await cost(recommendationsQuery.text, USUAL_VALUES)).cpu);
      pacedCpu.push((await paced(PLANNED_MS[0] ?? 0)).cpu);
    }
    const against = {
      against: median(cheapest),
      reference: 'cheapest scan',
      unit: 'ms',
      digits: 1,
      goal: null,
    };
    const figures: Figure[] = [
      { ...against, name: 'CPU of the scan, table', value: median(table) },
      { ...against, name: 'CPU of the scan, view', value: median(view) },
      { ...against, name: 'CPU of the scan, paced', value: median(pacedCpu) },
    ];
    for (const planned of PLANNED_MS)
      figures.push({
        ...{ name: 'time of a paced scan', value: (await paced(planned)).wall, against: planned },
        ...{ reference: 'planned', unit: 'ms', digits: 0, goal: { of: 'ratio', atMost: 1.05 } },
      });
    return {
      title: 'The scan',
      figures,
      growths: [{ name: 'CPU of a scan', of: 'rows', unit: 'ms', points: await growth() }],
      notes: [],
    };

    /** Of tables of a size each, made of the catalog's rows. */
    async function growth(): Promise<Growth['points']> {
      const points = [];
      for (const wanted of GROWTH_ROWS) {
        progress(`a table of ${count(wanted)} rows`);
        await client.query('begin');
        await client.query(
          'create table storage.bench (like storage.products including defaults) with (autovacuum_enabled = false)',
        );
        // By the catalog's own number of rows at a time, as often as it takes.
        await client.query(
          `insert into storage.bench select (p).* from (select p from storage.products p, generate_series(1, 100) limit $1) as repeated`,
          [wanted],
        );
        await client.query('analyze storage.bench');
        const costs = [];
        for (let round = 0; round < 5; round += 1)
          costs.push((await cost(onTable('storage.bench'), USUAL_VALUES)).cpu);
        await client.query('rollback');
        points.push({ x: wanted, cost: median(costs) });
      }
      return points;
    }
  });
}
