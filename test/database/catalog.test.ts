import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { catalogIdentity } from '../../cli/backup/backup-tables';
import { withSession } from '../../machine/session';
import { readIndexes, setupDatabase } from '../../scenario/apply';
import { CATALOG_VERSION } from '../../scenario/sql/catalog';
import { INDEX_NAMES } from '../../scenario/types';
import { CATALOG_ROWS, startOwnDatabase, type OwnDatabase } from './own-database';

/** The table as version 1 had it. */
const FIRST_TABLE = `create table storage.products (
  id integer primary key, price_cents integer not null, popularity_score integer not null, stock_quantity integer not null,
  created_at timestamptz not null, active boolean not null, category text not null, name text not null)`;

describe('the catalog of an older version', () => {
  let database: OwnDatabase;
  before(async () => {
    database = await startOwnDatabase();
  });
  after(() => database.stop());

  it('is seeded again, once, into the table of today: the same products, which older backups know', async () => {
    await withSession({ connectionString: database.urls.superuser }, async (sql) => {
      const options = { catalogRows: CATALOG_ROWS, log: () => undefined };
      await sql.query('set role shop_owner');
      await sql.query('create table storage.newest as select * from storage.products');
      await sql.query('drop table storage.products cascade');
      await sql.query(FIRST_TABLE);
      await sql.query(`insert into storage.products
        select id, price_cents, popularity_score, stock_quantity, created_at, active, category, name from storage.newest`);
      await sql.query('update storage.catalog_state set version = 1');
      // How version 1 summed it up for its backups.
      const { rows } = await sql.query<Record<string, unknown>>(
        `select count(*)::text as count, bit_xor(half)::text as mixed, sum(half::numeric)::text as sum
           from (select ('x' || substr(md5(p::text), 1, 16))::bit(64)::bigint as half from storage.products p) as halves`,
      );
      const summed = `1/${String(rows[0]?.count)}/${String(rows[0]?.mixed)}/${String(rows[0]?.sum)}`;
      await sql.query('reset role');

      assert.equal(await setupDatabase(sql, options), CATALOG_ROWS);
      const identity = await catalogIdentity(sql);
      assert.equal(identity.version, CATALOG_VERSION);
      assert.equal(identity.checksum, createHash('sha256').update(summed).digest('hex'));
      const indexes = await readIndexes(sql);
      for (const name of INDEX_NAMES) assert.equal(indexes[name], 'present', name);
      const columns = await sql.query<Record<string, unknown>>(
        `select string_agg(attname, ' ' order by attnum) as names from pg_attribute
          where attrelid = 'storage.products'::regclass and attnum > 0 and not attisdropped`,
      );
      assert.match(String(columns.rows[0]?.names), /^id price_cents active category /);
      const views = await sql.query<Record<string, unknown>>(
        'select count(*)::int as count from shop.products',
      );
      assert.equal(views.rows[0]?.count, CATALOG_ROWS);
      assert.equal(await setupDatabase(sql, options), 0, 'once');
    });
  });
});
