import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Client } from 'pg';
import { recommendationsQuery } from '../lib/queries/recommendations-query';
import { PlanObserver } from './plan-observer';

const VALUES = ['electronics', 1000, 5000];
const REFRESH_MS = 2_000;
const SAMPLE_MS = 30_000;

/** PostgreSQL as the observer sees it: whether the index is there, and what it was asked. */
class Database {
  hasIndex = false;
  tableRows = 500_000;
  /** What a run of the query really scans. */
  scannedRows = 499_000;
  readonly asked: { by: string; what: 'size' | 'explain' | 'analyze'; values: unknown[] }[] = [];

  readonly connect = (by: string) => ({
    use: <T>(work: (client: Client) => Promise<T>): Promise<T> =>
      work({
        query: (text: string, values: unknown[] = []) =>
          Promise.resolve({ rows: [this.answer(by, text, values)] }),
      } as unknown as Client),
    close: () => Promise.resolve(),
  });

  private answer(by: string, text: string, values: unknown[]): object {
    const what = text.includes('analyze') ? 'analyze' : text.startsWith('explain') ? 'explain' : 'size';
    this.asked.push({ by, what, values });
    if (what === 'size') return { rows: this.tableRows };
    const actual =
      what === 'analyze' ? { 'Actual Rows': 10, 'Rows Removed by Filter': this.scannedRows - 10 } : {};
    const scan = this.hasIndex
      ? { 'Node Type': 'Index Scan', 'Index Name': recommendationsQuery.servedBy }
      : { 'Node Type': 'Seq Scan', 'Relation Name': 'products' };
    return { 'QUERY PLAN': [{ Plan: { 'Node Type': 'Limit', Plans: [{ ...scan, ...actual }] } }] };
  }

  count(what: 'explain' | 'analyze'): number {
    return this.asked.filter((question) => question.what === what).length;
  }
}

describe('the observer of plans', () => {
  let database: Database;
  let plans: PlanObserver;
  const attributes = () => plans.attributes(recommendationsQuery, VALUES);
  /** Lets time pass, and what was asked be answered. */
  const after = async (ms: number): Promise<void> => {
    mock.timers.tick(ms);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    database = new Database();
    plans = new PlanObserver('', database.connect);
    plans.watch(recommendationsQuery, VALUES);
  });
  afterEach(async () => {
    await plans.close();
    mock.timers.reset();
  });

  it('says nothing before it has looked', () => {
    assert.deepEqual(attributes(), {});
    assert.deepEqual(plans.state(), { recommendations: null });
  });

  it('says of a full scan which index is missing, and how many rows the table has', async () => {
    await plans.refresh();
    assert.deepEqual(attributes(), {
      'db.index_used': 'NONE',
      'db.full_table_scan': true,
      'db.missing_index': 'idx_products_category',
      'db.rows_scanned': 500_000,
    });
  });

  it('sees the index come back at the next look, and then claims no scan and no missing index', async () => {
    plans.start();
    await after(0);
    assert.equal(attributes()['db.full_table_scan'], true);
    database.hasIndex = true;
    await after(REFRESH_MS);
    assert.deepEqual(attributes(), { 'db.index_used': 'idx_products_category', 'db.full_table_scan': false });
  });

  it('counts what a sampled run scanned instead of what the statistics say, on a connection of its own', async () => {
    plans.start();
    await after(0);
    await after(SAMPLE_MS);
    assert.equal(attributes()['db.rows_scanned'], 499_000);
    const samplers = new Set(database.asked.filter(({ what }) => what === 'analyze').map(({ by }) => by));
    assert.deepEqual([...samplers], ['product-catalog/plan-sampler']);
  });

  it('runs no query that has its index', async () => {
    database.hasIndex = true;
    plans.start();
    await after(0);
    await after(SAMPLE_MS);
    assert.equal(database.count('analyze'), 0);
  });

  it('looks again for who asks while it looks: what it then says is not older than the question', async () => {
    const first = plans.refresh();
    const second = plans.refresh();
    assert.equal(first, second);
    await second;
    assert.equal(database.count('explain'), 2);
  });

  it('observes other values from their first use on, and keeps the last 32 of them', async () => {
    const use = (n: number) => plans.attributes(recommendationsQuery, ['electronics', n, n]);
    assert.deepEqual(use(0), {});
    await after(0);
    assert.equal(use(0)['db.full_table_scan'], true);
    for (let n = 1; n <= 32; n++) use(n);
    await after(0);
    assert.equal(use(32)['db.full_table_scan'], true);
    assert.deepEqual(use(0), {}, 'asked for longest ago');
    assert.equal(attributes()['db.full_table_scan'], true, 'a watched one stays');
  });
});
