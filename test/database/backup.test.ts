import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { backUp, restoreBackup, type BackupTools } from '../../cli/backup/backup-database';
import { readBackup } from '../../cli/backup/backup-format';
import { Interrupted } from '../../machine/errors';
import { withSession } from '../../machine/session';
import { applyScenario } from '../../scenario/apply';
import { runOf } from '../../scenario/override/change';
import { beginRun, endRun } from '../../scenario/override/store';
import { resolveScenario } from '../../scenario/resolve';
import { readState } from '../../scenario/state';
import { CATALOG_ROWS, startOwnDatabase, type OwnDatabase } from './own-database';

/** Backup and restore of a PostgreSQL of their own, without a shop around it. */
const now = Math.floor(Date.now() / 1000);
const normal = resolveScenario({ catalogRows: CATALOG_ROWS }, { nowSeconds: now, scaleDefault: 0.25 });
const other = resolveScenario({ catalogRows: CATALOG_ROWS, traffic: { scale: 1 } }, { nowSeconds: now });
const outage = resolveScenario(
  { demoMode: 'blackfriday', catalogRows: CATALOG_ROWS },
  { nowSeconds: now, startTimestamp: now, scaleDefault: 0.25 },
);
/** Several batches of a cursor. */
const ORDERS = 1203;

describe('backup and restore of the database', () => {
  let database: OwnDatabase;
  let folder: string;
  let file: string;
  let lines: string[];
  const target = () => ({
    kind: 'local' as const,
    name: 'test',
    conductor: { connectionString: database.urls.conductor },
  });
  const tools = (check: () => void = () => undefined): BackupTools => ({
    output: { line: (text) => lines.push(text) },
    check,
  });
  const conducting = <T>(work: Parameters<typeof withSession<T>>[1]): Promise<T> =>
    withSession(target().conductor, work);
  const orders = async (): Promise<{ count: number; ids: string }> => {
    const { rows } = await conducting((sql) =>
      sql.query<{ count: number; ids: string }>(
        `select count(*)::int as count, md5(string_agg(o::text, ',' order by id)) as ids from shop.orders o`,
      ),
    );
    return { count: Number(rows[0]?.count), ids: String(rows[0]?.ids) };
  };
  const messages = async (): Promise<unknown[]> => {
    const { rows } = await conducting((sql) =>
      sql.query<Record<string, unknown>>(
        `select count(*)::int as count, count(m.sent_at)::int as sent, count(n)::int as told,
                md5(string_agg(m::text || coalesce(n::text, ''), ',' order by m.order_id)) as all
           from shop.outbox m left join shop.notifications n using (order_id)`,
      ),
    );
    return rows;
  };
  /** Half of the orders are confirmed. */
  const confirmHalf = (): Promise<unknown> =>
    withSession({ connectionString: database.urls.superuser }, async (sql) => {
      await sql.query(
        `insert into shop.outbox (order_id, context, sent_at)
         select id, '{"traceparent": "00-1-2-01"}', case when total_cents % 200 = 0 then now() end from shop.orders`,
      );
      await sql.query(
        `insert into shop.notifications (order_id, user_id, message)
         select order_id, 'user', 'ü' from shop.outbox where sent_at is not null`,
      );
    });
  const addOrders = (count: number): Promise<unknown> =>
    withSession({ connectionString: database.urls.superuser }, (sql) =>
      sql.query(
        `insert into shop.orders (id, idempotency_key, user_id, total_cents, currency, items, payment_id)
         select gen_random_uuid(), gen_random_uuid()::text, 'user "' || n || E'"\\n', n * 100, 'USD',
                jsonb_build_array(jsonb_build_object('product_id', n, 'text', 'ü')), 'p' || n
           from generate_series(1, $1::int) as n`,
        [count],
      ),
    );
  const states = (): Promise<Awaited<ReturnType<typeof readState>>> => conducting((sql) => readState(sql));

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'backup-database-'));
    database = await startOwnDatabase();
  });
  after(async () => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    lines = [];
    file = path.join(mkdtempSync(path.join(folder, 'case-')), 'shop.jsonl.gz');
    await withSession({ connectionString: database.urls.superuser }, (sql) =>
      sql.query('truncate shop.orders, shop.outbox, shop.notifications'),
    );
    await addOrders(ORDERS);
    await conducting((sql) => applyScenario(sql, normal, () => undefined));
  });

  it('gives back every order and the scenario, byte for byte, in place of what is there', async () => {
    await confirmHalf();
    const [before, told] = [await orders(), await messages()];
    const summary = await backUp(target(), file, tools());
    assert.equal(summary.tables.get('shop.orders')?.rows, ORDERS);
    await addOrders(7);
    await withSession({ connectionString: database.urls.superuser }, async (sql) => {
      await sql.query('update shop.outbox set sent_at = now() where sent_at is null');
      await sql.query('delete from shop.notifications');
    });
    await conducting((sql) => applyScenario(sql, other, () => undefined));
    const { replaced } = await restoreBackup(target(), file, await readBackup(file), tools());
    assert.equal(replaced.get('shop.orders'), ORDERS + 7);
    assert.deepEqual(await orders(), before);
    assert.deepEqual(await messages(), told);
    assert.deepEqual((await states()).desired, normal);
  });

  it('leaves the scenario that stack config has just written, where only the data is taken along', async () => {
    const before = await orders();
    await backUp(target(), file, tools());
    await conducting((sql) => applyScenario(sql, other, () => undefined));
    await addOrders(7);
    await restoreBackup(target(), file, await readBackup(file), { ...tools(), keepScenario: true });
    assert.deepEqual(await orders(), before);
    assert.deepEqual((await states()).desired, other);
  });

  it('leaves no file behind when it is interrupted, and no change when a restore is', async () => {
    let rows = 0;
    const interrupted = (): void => {
      if ((rows += 1) > 700) throw new Interrupted('SIGINT');
    };
    await assert.rejects(backUp(target(), file, tools(interrupted)), Interrupted);
    assert.deepEqual(readdirSync(path.dirname(file)), []);
    await backUp(target(), file, tools());
    await addOrders(3);
    const before = await orders();
    rows = 0;
    const summary = await readBackup(file);
    await assert.rejects(restoreBackup(target(), file, summary, tools(interrupted)), Interrupted);
    assert.deepEqual(await orders(), before);
  });

  it('is refused while a run is under way, for another catalog, and where the file is another one by then', async () => {
    await backUp(target(), file, tools());
    const summary = await readBackup(file);
    const before = await orders();
    const run = runOf(outage, 'cli');
    await conducting((sql) => beginRun(sql, run));
    await assert.rejects(
      restoreBackup(target(), file, summary, tools()),
      /A run is under way: .*npm run rollback/,
    );
    await conducting((sql) => endRun(sql, run.runId));
    const { header } = summary;
    const larger = { ...summary, header: { ...header, catalog: { ...header.catalog, rows: 100_000 } } };
    await assert.rejects(restoreBackup(target(), file, larger, tools()), /catalog of 100000 products/);
    const changed = { ...summary, header: { ...header, catalog: { ...header.catalog, checksum: 'x' } } };
    await assert.rejects(restoreBackup(target(), file, changed, tools()), /not the same ones/);
    await assert.rejects(
      restoreBackup(target(), file, { ...summary, sha256: 'x' }, tools()),
      /was changed while it was read/,
    );
    assert.deepEqual(await orders(), before);
    assert.equal(existsSync(file), true);
  });
});
