import {
  CATALOG_VERSION,
  catalogGrantStatements,
  catalogTableStatements,
  productsTableStatement,
  productsViewStatement,
  rowsPerExtent,
  seedBatchStatement,
} from './sql/catalog';
import type { Log, SqlExecutor } from './sql/executor';
import { createIndexStatement, INDEX_NAMES } from './sql/indexes';
import { loadGroupStatements } from './sql/load-group';
import { orderStatements } from './sql/orders';
import { outboxStatements } from './sql/outbox';
import { inTransaction } from './sql/plan';
import { quoteIdentifier, quoteLiteral } from './sql/quote';
import { mayRestrictQuery, restrictionStatements } from './sql/restrictions';
import { ensureRole, PSQL_ROLE, ROLES } from './sql/roles';
import { SESSION_SETTINGS } from './sql/settings';
import { fillStockStatement, stockStatements } from './sql/stock';
import { stateStatements } from './sql/state';

/** Rows of one seeding transaction: what a kill can cost. */
const SEED_BATCH_ROWS = 25_000;

/** Held to the end of a transaction. */
const SETUP_LOCK = `select pg_advisory_xact_lock(hashtext('ecommerce-demo.setup'))`;

export interface SetupOptions {
  /** Products in the catalog (rows). */
  catalogRows: number;
  log: Log;
  /** Called while the catalog is being seeded: rows there, rows wanted. */
  onProgress?: (rows: number, total: number) => void;
}

/**
 * Makes schema, functions, grants and catalog in the database the connection is on. Idempotent: a second call
 * changes nothing, a call after a killed one goes on where that one stopped. The connection needs the right to
 * `SET ROLE shop_owner` (a superuser, or a member).
 *
 * @returns rows of the catalog that were inserted now; 0 when it was already there
 * @throws whatever PostgreSQL says, unchanged.
 */
export async function setupDatabase(sql: SqlExecutor, options: SetupOptions): Promise<number> {
  await ownDatabase(sql);
  await sql.query(`set role ${ROLES.owner}`);
  try {
    await inTransaction(sql, async () => {
      // Two set-ups at once (a runner and a Job) would trip over "create if not exists": one after the other.
      await sql.query(SETUP_LOCK);
      for (const statement of [
        ...catalogTableStatements,
        ...orderStatements,
        ...outboxStatements,
        ...stockStatements,
        ...stateStatements,
        ...loadGroupStatements,
      ]) {
        await sql.query(statement);
      }
    });
    const seededRows = await seedCatalog(sql, options);
    await sql.query(fillStockStatement);
    return seededRows;
  } finally {
    await sql.query('reset role');
  }
}

async function ownDatabase(sql: SqlExecutor): Promise<void> {
  const { rows } = await sql.query(
    `select current_database() as name, pg_get_userbyid(datdba) as owner,
            has_database_privilege(${quoteLiteral(ROLES.owner)}, current_database(), 'create') as may_create
       from pg_database where datname = current_database()`,
  );
  const database = quoteIdentifier(String(rows[0]?.name));
  if (rows[0]?.may_create !== true) {
    await sql.query(`grant create, connect on database ${database} to ${ROLES.owner}`);
  }
  for (const [name, value] of Object.entries(SESSION_SETTINGS)) {
    await sql.query(`alter database ${database} set ${name} = ${value}`);
  }
  await restrictServices(sql, database);
}

/** Set-ups that run at once take turns here, too. A connection that may not restrict leaves it to one that may. */
async function restrictServices(sql: SqlExecutor, database: string): Promise<void> {
  const { rows } = await sql.query(mayRestrictQuery);
  if (rows[0]?.may !== true) return;
  await inTransaction(sql, async () => {
    await sql.query(SETUP_LOCK);
    for (const statement of restrictionStatements(database)) await sql.query(statement);
    await letPsqlIn(sql, database);
  });
}

/**
 * Who looks with psql at the database's own machine (`psql -U ecommerce_user -d ecommerce`, as the seeds do) finds the
 * tables and indexes by their bare names, and may drop one. It has no password: over the network nobody is it.
 */
async function letPsqlIn(sql: SqlExecutor, database: string): Promise<void> {
  await sql.query(`alter database ${database} set search_path = shop, storage, public`);
  await sql.query(ensureRole(PSQL_ROLE, `login in role ${ROLES.owner}`));
}

async function seedCatalog(
  sql: SqlExecutor,
  { catalogRows, log, onProgress }: SetupOptions,
): Promise<number> {
  const { rows: states } = await sql.query(
    `select version, catalog_rows, complete from storage.catalog_state`,
  );
  const state = states[0];
  const same = state?.version === CATALOG_VERSION && state.catalog_rows === catalogRows;
  if (same && state.complete === true) return 0;
  if (!same) {
    if (state) log(`catalog: ${String(state.catalog_rows)} rows are replaced by ${catalogRows}`);
    await sql.query('drop view if exists shop.products');
    // Made anew, whatever an older version's looked like; its indexes come after the rows: faster, and without bloat.
    await sql.query('drop table storage.products');
    await sql.query(productsTableStatement);
    await sql.query(
      `insert into storage.catalog_state (singleton, version, catalog_rows, complete) values (true, $1, $2, false)
       on conflict (singleton) do update set version = $1, catalog_rows = $2, complete = false`,
      [CATALOG_VERSION, catalogRows],
    );
  }
  const { rows: reached } = await sql.query('select coalesce(max(id), 0) as id from storage.products');
  const start = Number(reached[0]?.id ?? 0);
  for (let from = start + 1; from <= catalogRows; from += SEED_BATCH_ROWS) {
    const to = Math.min(from + SEED_BATCH_ROWS - 1, catalogRows);
    await sql.query(seedBatchStatement, [from, to, rowsPerExtent(catalogRows)]);
    onProgress?.(to, catalogRows);
  }
  log('catalog: indexes and statistics');
  for (const name of INDEX_NAMES) await sql.query(createIndexStatement(name));
  // Ends the seeding: the planner knows the skew, and index scans need no look at the table's visibility.
  await sql.query('vacuum (analyze, freeze) storage.products');
  await sql.query(productsViewStatement(catalogRows));
  for (const statement of catalogGrantStatements) await sql.query(statement);
  await sql.query('update storage.catalog_state set complete = true');
  return catalogRows - start;
}
