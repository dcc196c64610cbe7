import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeDeskDatabase, openDeskDatabase } from '../../cli/exercise/desk-database';
import { silentOutput } from '../../machine/terminal';
import { withSession } from '../../machine/session';
import { applyIndexes, readIndexes } from '../../scenario/apply';
import { resolveScenario } from '../../scenario/resolve';
import { until } from '../harness';
import { startOwnDatabase, type OwnDatabase } from './own-database';

const INDEX = '(category, active, popularity_score desc, price_cents)';

/** The role of who is on call, against PostgreSQL itself. */
describe('who is on call', () => {
  let database: OwnDatabase;
  let url = '';
  const as = (login: string, text: string): Promise<Record<string, unknown>[]> =>
    withSession(
      { connectionString: login },
      async (sql) => (await sql.query<Record<string, unknown>>(text)).rows,
    );
  const open = async (expiresAt = Date.now() / 1000 + 600): Promise<void> => {
    url = await openDeskDatabase(database.urls.superuser, expiresAt);
  };
  const owner = async (): Promise<unknown> =>
    (await as(database.urls.superuser, `select tableowner from pg_tables where tablename = 'products'`))[0]
      ?.tableowner;

  before(async () => {
    database = await startOwnDatabase();
    await open();
  });
  after(async () => {
    await database.stop();
  });

  it('sees products, stock, plans and what sessions do', async () => {
    assert.equal((await as(url, 'select id from products limit 1')).length, 1);
    assert.equal((await as(url, 'select available from stock limit 1')).length, 1);
    assert.match(JSON.stringify(await as(url, 'explain select * from products where id = 5')), /Index/);
    const busy = withSession({ connectionString: database.urls.shop_app }, (sql) =>
      sql.query('select pg_sleep(60)'),
    ).catch(() => 'ended');
    const seen = `select query from pg_stat_activity where usename = 'shop_app' and query like '%pg_sleep%'`;
    await until(
      async () => (await as(url, seen)).length === 1,
      10_000,
      () => 'the statement is seen',
    );
    await as(database.urls.superuser, seen.replace('query from', 'pg_terminate_backend(pid) from'));
    assert.equal(await busy, 'ended');
  });

  it('makes and drops indexes of the catalog, while the shop runs', async () => {
    await as(url, 'drop index concurrently idx_products_category');
    await as(url, `create index concurrently idx_products_category on storage.products ${INDEX}`);
    const found = await withSession({ connectionString: database.urls.conductor }, readIndexes);
    assert.equal(found.idx_products_category, 'present');
  });

  it('may do nothing else: neither see the scenario nor change a row, a table, a right', async () => {
    for (const statement of [
      'select document from scenario.desired',
      'select * from scenario.override',
      'select * from shop.storage_profile',
      'select scenario.end_override(null)',
      'select user_id from shop.orders limit 1',
      'update storage.products set name = name where id = 1',
      'delete from storage.products where id = 1',
      'truncate storage.products',
      'update shop.stock set available = 0 where product_id = 1',
      'drop table storage.products cascade',
      'alter table storage.products add column more int',
      'grant update on storage.products to on_call',
      'create table storage.mine (id int)',
      'create table shop.mine (id int)',
      'create function storage.f() returns int language sql as $$ select 1 $$',
      'drop event trigger only_repairs',
      'set role shop_owner',
      'drop index shop.reservations_held',
    ])
      await assert.rejects(
        as(url, statement),
        /permission denied|must be owner|not for who is on call|only superuser/i,
        statement,
      );
  });

  it('has no other database of the shop’s server to go to', async () => {
    for (const name of ['postgres', 'template1']) {
      const other = new URL(url);
      other.pathname = name;
      await assert.rejects(
        as(other.toString(), 'select lo_create(0)'),
        /permission denied for database/,
        name,
      );
    }
  });

  it('does not keep the conductor from the indexes', async () => {
    await as(url, 'drop index concurrently idx_products_category');
    const normal = resolveScenario({ catalogRows: 50_000 }, { nowSeconds: 0 });
    const found = await withSession({ connectionString: database.urls.conductor }, async (sql) => {
      await applyIndexes(sql, normal, () => undefined);
      return readIndexes(sql);
    });
    assert.equal(found.idx_products_category, 'present');
  });

  it('is gone after the exercise, with the indexes it made under its own names; everything is as before', async () => {
    await as(url, `create index concurrently mine on storage.products ${INDEX}`);
    await closeDeskDatabase(database.urls.superuser, silentOutput);
    // An index that somebody had before is left alone, and so is every one where nobody was on call.
    await as(database.urls.superuser, 'create index yours on storage.products (price_cents)');
    await closeDeskDatabase(database.urls.superuser, silentOutput);
    await open();
    await as(url, `create index concurrently mine on storage.products ${INDEX}`);
    await closeDeskDatabase(database.urls.superuser, silentOutput);
    await assert.rejects(as(url, 'select 1'), /does not exist|password authentication failed|not permitted/);
    assert.equal(await owner(), 'shop_owner');
    assert.deepEqual(
      await as(database.urls.superuser, `select relname from pg_class where relname in ('mine', 'yours')`),
      [{ relname: 'yours' }],
    );
    const left = await as(
      database.urls.superuser,
      `select rolname as name from pg_roles where rolname in ('on_call', 'catalog_owner')
       union all select evtname from pg_event_trigger`,
    );
    assert.deepEqual(left, []);
    // The owner may all it did, the services' view still reads.
    await as(
      database.urls.superuser,
      `set role shop_owner; update storage.products set name = name where id = 1; reset role`,
    );
    assert.equal((await as(database.urls.shop_app, 'select id from products limit 1')).length, 1);
    await closeDeskDatabase(database.urls.superuser, silentOutput);
  });

  it('is gone also when it has left something in another database, or is in the middle of something', async () => {
    await open();
    // On a server of the user's own there are others.
    await as(database.urls.superuser, 'create database other');
    const other = new URL(url);
    other.pathname = 'other';
    await as(other.toString(), 'select lo_create(0), lo_create(0)');
    const busy = as(url, `begin; create index slow on storage.products (name); select pg_sleep(60)`).catch(
      () => 'ended',
    );
    const asleep = as(other.toString(), 'select pg_sleep(60)').catch(() => 'ended');
    await closeDeskDatabase(database.urls.superuser, silentOutput);
    assert.deepEqual(await Promise.all([busy, asleep]), ['ended', 'ended']);
    assert.deepEqual(
      await as(
        database.urls.superuser,
        `select rolname as name from pg_roles where rolname in ('on_call', 'catalog_owner')
         union all select relname from pg_class where relname = 'slow'`,
      ),
      [],
    );
  });

  it('keeps nobody from healing, and takes nothing along, whosever he makes the catalog', async () => {
    await open();
    const categories = async (): Promise<unknown> =>
      (
        await as(
          database.urls.superuser,
          `select n_distinct from pg_stats where tablename = 'products' and attname = 'category'`,
        )
      )[0]?.n_distinct;
    assert.equal(await categories(), 8);
    await as(url, 'set default_statistics_target = 1; analyze storage.products');
    await as(url, 'reassign owned by catalog_owner to on_call');
    assert.equal(await owner(), 'on_call');
    for (const statement of [
      'update storage.products set name = name',
      'grant all on storage.products to on_call',
    ])
      await assert.rejects(as(url, statement), /permission denied|not for who is on call/, statement);
    await as(url, 'drop index concurrently storage.idx_products_category');
    const normal = resolveScenario({ catalogRows: 50_000 }, { nowSeconds: 0 });
    await withSession({ connectionString: database.urls.conductor }, (sql) =>
      applyIndexes(sql, normal, () => undefined),
    );
    await closeDeskDatabase(database.urls.superuser, silentOutput);
    assert.equal(await owner(), 'shop_owner');
    assert.equal(await categories(), 8, 'plans are as before');
    const found = await withSession({ connectionString: database.urls.conductor }, readIndexes);
    assert.equal(found.idx_products_category, 'present');
    assert.equal((await as(database.urls.shop_app, 'select id from products limit 1')).length, 1);
    await as(
      database.urls.superuser,
      'set role shop_owner; update storage.products set name = name where id = 1; reset role',
    );
  });

  it('lets nobody in when its time is over, and replaces what a killed exercise left', async () => {
    await open();
    await open(Date.now() / 1000 - 1);
    await assert.rejects(as(url, 'select 1'), /password authentication failed/);
    await open();
    assert.equal((await as(url, 'select 1 as one')).length, 1);
    await closeDeskDatabase(database.urls.superuser, silentOutput);
    assert.equal(await owner(), 'shop_owner');
  });
});
