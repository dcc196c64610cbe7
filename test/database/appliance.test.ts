import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withSession } from '../../machine/session';
import { applyIndexes, applyScenario, readIndexes, type SqlExecutor } from '../../scenario/apply';
import { resolveScenario } from '../../scenario/resolve';
import { indexPlan, rowPlan } from '../../scenario/appliance';
import { INDEX_LOCK } from '../../scenario/sql/indexes';
import { carryOut } from '../../scenario/sql/plan';
import { readState } from '../../scenario/state';
import { CATALOG_ROWS, startOwnDatabase, type OwnDatabase } from './own-database';

const NOW = Math.floor(Date.now() / 1000);
const normal = resolveScenario({ catalogRows: CATALOG_ROWS }, { nowSeconds: NOW });
const outage = resolveScenario(
  { demoMode: 'blackfriday', catalogRows: CATALOG_ROWS },
  { nowSeconds: NOW, startTimestamp: NOW - 600 },
);
const run = {
  runId: 'r',
  mode: outage.mode,
  startTimestamp: NOW - 600,
  pausedAt: null,
  ablation: null,
  expiresAt: NOW + 600,
  startedBy: 'test',
  scenario: outage,
};

describe('the plan of appliance, against PostgreSQL', () => {
  let database: OwnDatabase;
  before(async () => {
    database = await startOwnDatabase();
  });
  after(() => database.stop());

  const asConductor = <T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> =>
    withSession({ connectionString: database.urls.conductor }, work);
  const readMs = async (sql: SqlExecutor): Promise<number> =>
    Number(
      (
        await sql.query(
          'select read_ms from shop.storage_profile where at <= clock_timestamp() order by at desc limit 1',
        )
      ).rows[0]?.read_ms,
    );
  const what = (changes: { what: string }[]): string[] => changes.map((change) => change.what);

  it("takes from the services' login what would keep an outage from healing, or fill the disk", async () => {
    const refused = (text: string) =>
      withSession({ connectionString: database.urls.shop_app }, async (sql) =>
        assert.rejects(sql.query(text), { code: '42501' }, text),
      );
    for (const text of [
      INDEX_LOCK.tryLock,
      `select pg_advisory_xact_lock(1)`,
      `select pg_advisory_lock_shared(1)`,
      `select pg_try_advisory_xact_lock_shared(1, 2)`,
      `select lo_create(0)`,
      `select lo_creat(-1)`,
      `select lo_from_bytea(0, 'x')`,
      `create temporary table mine (id int)`,
      `create table shop.mine (id int)`,
    ])
      await refused(text);
    await asConductor(async (sql) => {
      assert.equal((await sql.query(INDEX_LOCK.tryLock)).rows[0]?.locked, true);
      await sql.query(INDEX_LOCK.unlock);
    });
  });

  it('makes the outage, and a second time nothing but the row', async () => {
    await asConductor(async (sql) => {
      const first = await applyScenario(sql, outage, () => undefined);
      assert.deepEqual(what(first), ['dropped idx_products_category', 'storage profile', 'desired row']);
      assert.equal((await readIndexes(sql)).idx_products_category, 'absent');
      assert.ok((await readMs(sql)) > 1);
      assert.deepEqual((await readState(sql)).desired, JSON.parse(JSON.stringify(outage)));
      const again = await applyScenario(sql, outage, () => undefined);
      assert.deepEqual(what(again), ['storage profile', 'desired row']);
    });
  });

  it('heals storage before it builds, and ends a run first', async () => {
    await asConductor(async (sql) => {
      await sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(run)]);
      const seen: [what: string, readMs: number][] = [];
      const told: string[] = [];
      const spying: SqlExecutor = {
        query: async (text, values) => {
          const answer = await sql.query(text, values);
          if (/^(create|drop) index|end_override\(null\)|advisory/.test(text))
            seen.push([text.slice(0, 22), await readMs(sql)]);
          return answer;
        },
      };
      await applyScenario(spying, normal, (message) => told.push(message.replace(/ \(.*/, '')));
      assert.deepEqual(told, ['ended the run under way', 'built idx_products_category']);
      assert.deepEqual(
        seen.map(([text]) => text),
        [
          'select scenario.end_ov',
          'select pg_try_advisory',
          'create index concurren',
          'select pg_advisory_unl',
        ],
      );
      assert.equal(seen.find(([text]) => text.startsWith('create'))?.[1], 0);
      const state = await readState(sql);
      assert.equal(state.override, null);
      assert.equal(state.desired?.mode, 'normal');
    });
  });

  it('drops an invalid left-over and builds anew; the conductor leaves the storage of its run alone', async () => {
    await asConductor(async (sql) => {
      await applyScenario(sql, outage, () => undefined);
      const before = await readMs(sql);
      await sql.query(`create index concurrently idx_products_category on storage.products (category)`);
      await withSession({ connectionString: database.urls.superuser }, (superuser) =>
        superuser.query(
          `update pg_index set indisvalid = false where indexrelid = 'storage.idx_products_category'::regclass`,
        ),
      );
      assert.equal((await readIndexes(sql)).idx_products_category, 'invalid');
      const changes = await applyIndexes(sql, normal, () => undefined);
      assert.deepEqual(what(changes), [
        'dropped the invalid idx_products_category',
        'built idx_products_category',
      ]);
      assert.equal((await readIndexes(sql)).idx_products_category, 'present');
      assert.equal(await readMs(sql), before);
    });
  });

  it('makes one index and the row alone, as the resources of a stack do', async () => {
    await asConductor(async (sql) => {
      const done: string[] = [];
      const onChange = (change: { what: string }): void => void done.push(change.what);
      await carryOut(sql, indexPlan({ idx_products_stock_quantity: 'absent' }), { onChange });
      const found = await readIndexes(sql);
      assert.deepEqual(
        [found.idx_products_stock_quantity, found.idx_products_category],
        ['absent', 'present'],
      );
      await carryOut(sql, rowPlan, { document: JSON.stringify(normal), onChange });
      assert.deepEqual(done, ['dropped idx_products_stock_quantity', 'storage profile', 'desired row']);
      await applyIndexes(sql, normal, () => undefined);
    });
  });

  it('writes storage and row together or not at all', async () => {
    await asConductor(async (sql) => {
      await applyScenario(sql, normal, () => undefined);
      const failing = [
        { ...rowPlan[0], steps: [...(rowPlan[0]?.steps ?? []), { what: 'fails', sql: 'select 1 / 0' }] },
      ];
      await assert.rejects(carryOut(sql, failing, { document: JSON.stringify(outage) }), /division by zero/);
      assert.equal((await readState(sql)).desired?.mode, 'normal');
      assert.equal(await readMs(sql), 0);
    });
  });

  it('waits for another applier, and says who may be in the way when it takes too long', async () => {
    await asConductor((holder) =>
      asConductor(async (sql) => {
        await holder.query(INDEX_LOCK.tryLock);
        const impatient = indexPlan({ idx_products_category: 'absent' }).map((stage) =>
          stage.lock ? { ...stage, lock: { ...stage.lock, waitMs: 0 } } : stage,
        );
        await assert.rejects(carryOut(sql, impatient), /Another applier .* has held the index lock/);
        assert.equal((await readIndexes(sql)).idx_products_category, 'present');
        await holder.query(INDEX_LOCK.unlock);
        await carryOut(sql, impatient);
        assert.equal((await readIndexes(sql)).idx_products_category, 'absent');
      }),
    );
  });
});
