import {
  catalogIndexesQuery,
  closeOnCall,
  dropCatalogIndex,
  dropOwnedByOnCall,
  gatherStatistics,
  lockOutOnCall,
  ON_CALL,
  onCallElsewhereQuery,
  onCallQuery,
  openOnCall,
} from '../../scenario/sql/on-call';
import type { SqlExecutor } from '../../scenario/sql/executor';
import { inTransaction } from '../../scenario/sql/plan';
import { INDEX_NAMES } from '../../scenario/types';
import { secretWord } from '../../machine/bearer';
import { withSession } from '../../machine/session';
import { listAt, parseJson } from '../../machine/json';
import { silentOutput, type Output } from '../../machine/terminal';

/**
 * Makes the role with which a participant looks and repairs.
 *
 * @param superuserUrl of the shop's database
 * @param expiresAt Unix seconds after which it lets nobody in
 * @returns its connection string
 * @throws whatever PostgreSQL says, e.g. of a user's own server whose login is no superuser; nothing was changed then
 */
export async function openDeskDatabase(superuserUrl: string, expiresAt: number): Promise<string> {
  const password = secretWord();
  await withSession({ connectionString: superuserUrl }, async (sql) => {
    // A killed exercise's own are none that were there before.
    await close(sql, superuserUrl, silentOutput);
    const { rows } = await sql.query(catalogIndexesQuery);
    const indexes = rows.map(({ name }) => String(name));
    await takeTogether(sql, openOnCall(password, indexes, expiresAt));
  });
  const url = new URL(superuserUrl);
  url.username = ON_CALL;
  url.password = password;
  return url.toString();
}

/**
 * Takes the role away again, and the indexes that a participant made under names of his own. Changes nothing where there
 * is no such role.
 */
export async function closeDeskDatabase(superuserUrl: string, output: Output): Promise<void> {
  await withSession({ connectionString: superuserUrl }, (sql) => close(sql, superuserUrl, output));
}

async function close(sql: SqlExecutor, superuserUrl: string, output: Output): Promise<void> {
  const { rows: roles } = await sql.query(onCallQuery);
  const [role] = roles;
  if (role === undefined) return;
  await sql.query(lockOutOnCall);
  const before = [...INDEX_NAMES, ...listAt(parseJson(String(role.indexes)))];
  const { rows } = await sql.query(catalogIndexesQuery);
  for (const name of rows.map((row) => String(row.name)).filter((each) => !before.includes(each))) {
    await sql.query(dropCatalogIndex(name));
    output.line(`  dropped ${name}, an index of the exercise`);
  }
  const { rows: elsewhere } = await sql.query(onCallElsewhereQuery);
  for (const { name } of elsewhere) {
    const url = new URL(superuserUrl);
    url.pathname = encodeURIComponent(String(name));
    await withSession({ connectionString: url.toString() }, (other) => other.query(dropOwnedByOnCall));
  }
  await takeTogether(sql, closeOnCall());
  await sql.query(gatherStatistics);
}

/** The names of the catalog's valid indexes. */
export async function catalogIndexes(sql: SqlExecutor): Promise<string[]> {
  const { rows } = await sql.query(catalogIndexesQuery);
  return rows.filter(({ valid }) => valid === true).map(({ name }) => String(name));
}

function takeTogether(sql: SqlExecutor, statements: readonly string[]): Promise<void> {
  return inTransaction(sql, async () => {
    for (const statement of statements) await sql.query(statement);
  });
}
