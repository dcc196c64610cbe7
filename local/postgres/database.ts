import { setupDatabase } from '../../scenario/apply';
import { requiredConnections } from '../../scenario/pools/connections';
import { SCALE_OF_ALL_MODES } from '../../scenario/presets/all';
import { DATABASE_NAME, roleStatements, type RolePasswords } from '../../scenario/sql/roles';
import type { Scenario } from '../../scenario/types';
import { Refusal, hasCode, messageOf } from '../../machine/errors';
import type { RunState } from '../../machine/run-file';
import { withSession } from '../../machine/session';
import { waitUntilWell } from '../processes/wait';

/** URLs of the shop's database, by who logs in. */
export type DatabaseUrls = RunState['databaseUrls'];

/** The URLs of the three logins, made from the superuser's (whatever database that names). */
export function databaseUrls(superuserUrl: string, passwords: RolePasswords): DatabaseUrls {
  const as = (user: string | null, password: string | null): string => {
    const url = new URL(superuserUrl);
    url.pathname = `/${DATABASE_NAME}`;
    if (user !== null) url.username = user;
    if (password !== null) url.password = password;
    return url.toString();
  };
  return {
    superuser: as(null, null),
    shop_app: as('shop_app', passwords.shop_app),
    conductor: as('conductor', passwords.conductor),
  };
}

/** Errors that mean "not yet": nobody listens, or the server is starting up or recovering. */
function isNotYet(error: unknown): boolean {
  return (
    ['ECONNREFUSED', 'ECONNRESET', '57P03', '53300'].some((code) => hasCode(error, code)) ||
    /timeout/i.test(messageOf(error))
  );
}

/**
 * Waits until PostgreSQL lets the superuser in.
 *
 * @param options.hasFailed tells that waiting is in vain, e.g. because the server ended
 * @param options.remedy of a refused login
 * @throws Refusal when the login is refused or the time is over
 */
export async function waitForDatabase(
  superuserUrl: string,
  timeoutMs: number,
  { hasFailed = () => null, remedy = '' }: { hasFailed?: () => Error | null; remedy?: string } = {},
): Promise<void> {
  const { host } = new URL(superuserUrl);
  await waitUntilWell({
    ask: async () => {
      try {
        await withSession({ connectionString: superuserUrl }, (sql) => sql.query('select 1'));
        return null;
      } catch (error) {
        if (isNotYet(error)) return messageOf(error);
        throw new Refusal(`PostgreSQL at ${host} refuses the login: ${messageOf(error)}. ${remedy}`);
      }
    },
    hasFailed,
    tooLate: (reason) =>
      new Refusal(`PostgreSQL at ${host} does not answer within ${String(timeoutMs / 1000)} s: ${reason}`),
    timeoutMs,
    everyMs: 60,
  });
}

/**
 * Makes roles, database, schema and catalog. Harmless when they are there.
 *
 * @param superuserUrl any database of the server
 * @param options.ownServer the server is the shop's alone, so its roles may connect to no other database of it
 * @returns rows seeded now
 */
export async function prepareDatabase(
  superuserUrl: string,
  options: {
    passwords: RolePasswords;
    catalogRows: number;
    ownServer: boolean;
    log: (message: string) => void;
    onProgress: (rows: number, total: number) => void;
  },
): Promise<number> {
  await withSession({ connectionString: superuserUrl }, async (sql) => {
    for (const statement of roleStatements(options.passwords)) await sql.query(statement);
    const { rows } = await sql.query('select from pg_database where datname = $1', [DATABASE_NAME]);
    if (rows.length === 0) await sql.query(`create database ${DATABASE_NAME}`);
    if (options.ownServer) await sql.query('revoke connect on database postgres, template1 from public');
  });
  const { superuser } = databaseUrls(superuserUrl, options.passwords);
  return withSession({ connectionString: superuser }, async (sql) => {
    const seededRows = await setupDatabase(sql, {
      catalogRows: options.catalogRows,
      log: options.log,
      onProgress: options.onProgress,
    });
    // Else the first Ctrl-C would have to write all of it, longer than it may take.
    if (seededRows > 0) await sql.query('checkpoint');
    return seededRows;
  });
}

/**
 * `max_connections` for the scenario and whatever the stack file may be changed to: another mode may need a larger scale
 * than the one that is the default here.
 */
export function connectionsFor(scenario: Pick<Scenario, 'pools' | 'orders' | 'scale'>): number {
  return requiredConnections({ ...scenario, scale: Math.max(scenario.scale, SCALE_OF_ALL_MODES) });
}
