import { DATABASE_NAME, ROLES } from './roles';
import { quoteIdentifier, quoteLiteral } from './quote';

/** Who looks and repairs with psql during an exercise: reads catalog, stock and what sessions do, makes and drops the catalog's indexes. */
export const ON_CALL = 'on_call';

/** Owns the catalog's table meanwhile: only an owner may make an index, and the owner of all would see the scenario. */
const TABLE_OWNER = 'catalog_owner';
const TABLE = 'storage.products';
/** What an owner may do by himself, and nobody on call needs. */
const NOT_NEEDED = 'insert, update, delete, truncate, references, trigger';
/** Statements that change the schema and are a repair. */
const REPAIRS = ['CREATE INDEX', 'DROP INDEX', 'REINDEX'];

/** Who holds the table for an index build or a scan is waited for so long, then it is tried again by the caller. */
const LOCK_TIMEOUT = `set local lock_timeout = '5s'`;

/** Ends the role's sessions and lets it make no new ones, where it is there. */
export const lockOutOnCall = ifThere(ON_CALL, [
  `alter role ${ON_CALL} nologin`,
  `perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = ${quoteLiteral(ON_CALL)}`,
]);

/** Where the role is there: `indexes`, what the catalog's table had before it (JSON), see `openOnCall`. */
export const onCallQuery = `
  select shobj_description(oid, 'pg_authid') as indexes from pg_roles where rolname = ${quoteLiteral(ON_CALL)}`;

/**
 * The other databases of the server in which the role has made something (`name`): everybody may connect to them and make
 * large objects there, and a role that owns anything anywhere cannot be dropped.
 */
export const onCallElsewhereQuery = `
  select distinct datname as name from pg_shdepend join pg_database on pg_database.oid = dbid
   where refclassid = 'pg_authid'::regclass and datname <> current_database()
     and refobjid = (select oid from pg_roles where rolname = ${quoteLiteral(ON_CALL)})`;

/** Drops what the role owns in the database that is asked, and rights given to it there. */
export const dropOwnedByOnCall = `drop owned by ${ON_CALL}`;

/**
 * Makes the role, for a superuser's connection and in a transaction of the caller's. What may be dropped is dropped
 * first, so that a killed exercise's is replaced.
 *
 * @param indexes of the catalog's table, by name: written down with the role, so that what is new can be told from them
 * @param expiresAt Unix seconds from which nobody logs in with it any more, whatever becomes of the exercise
 */
export function openOnCall(password: string, indexes: readonly string[], expiresAt: number): string[] {
  const until = new Date(expiresAt * 1000).toISOString();
  return [
    ...closeOnCall(),
    `create role ${TABLE_OWNER} nologin`,
    `create role ${ON_CALL} login connection limit 8 password ${quoteLiteral(password)} valid until ${quoteLiteral(until)}`,
    `comment on role ${ON_CALL} is ${quoteLiteral(JSON.stringify(indexes))}`,
    // In both: as a member of the one he may make the table the other's (REASSIGN OWNED, which no event trigger sees), and
    // who conducts must be able to heal whatever he does.
    `grant ${TABLE_OWNER}, ${ON_CALL} to ${ROLES.owner}`,
    `grant ${TABLE_OWNER}, pg_read_all_stats to ${ON_CALL}`,
    `grant connect on database ${quoteIdentifier(DATABASE_NAME)} to ${ON_CALL}`,
    `grant usage on schema shop, storage to ${ON_CALL}`,
    `grant create on schema storage to ${TABLE_OWNER}`,
    `grant select on shop.products, shop.stock, shop.reservations to ${ON_CALL}`,
    // As it was, for who fills the catalog: given by name before it is taken from the table's owner.
    `alter table ${TABLE} owner to ${TABLE_OWNER}`,
    `grant all on ${TABLE} to ${ROLES.owner}`,
    `revoke ${NOT_NEEDED} on ${TABLE} from ${TABLE_OWNER}`,
    `create function storage.only_repairs() returns event_trigger language plpgsql as $function$
     begin
       if session_user = ${quoteLiteral(ON_CALL)} and not (tg_tag = any(array[${REPAIRS.map(quoteLiteral).join(', ')}])) then
         raise exception '% is not for who is on call: % are', tg_tag, ${quoteLiteral(REPAIRS.join(', '))}
           using errcode = 'insufficient_privilege';
       end if;
     end $function$`,
    `create event trigger only_repairs on ddl_command_start execute function storage.only_repairs()`,
  ];
}

/** Takes the role away, with everything that was given to it; sessions of it are ended. Changes nothing where there is none. */
export function closeOnCall(): string[] {
  return [
    LOCK_TIMEOUT,
    `drop event trigger if exists only_repairs`,
    `drop function if exists storage.only_repairs()`,
    lockOutOnCall,
    // Taken over before it is dropped: what a role owns, the catalog at worst, goes with DROP OWNED.
    ifThere(ON_CALL, [takenOver(ON_CALL), dropOwnedByOnCall, `drop role ${ON_CALL}`]),
    ifThere(TABLE_OWNER, [
      takenOver(TABLE_OWNER),
      `grant all on ${TABLE} to ${ROLES.owner}`,
      `drop owned by ${TABLE_OWNER}`,
      `drop role ${TABLE_OWNER}`,
    ]),
  ];
}

const takenOver = (role: string): string => `reassign owned by ${role} to ${ROLES.owner}`;

/** Statistics as the seeding leaves them: who owns a table may gather his own, and plans would be others from then on. */
export const gatherStatistics = `analyze ${TABLE}`;

/** The indexes of the catalog's table but for its keys': `name`, and whether it is `valid`. */
export const catalogIndexesQuery = `
  select c.relname as name, i.indisvalid and i.indisready as valid
    from pg_index i join pg_class c on c.oid = i.indexrelid
   where i.indrelid = to_regclass('${TABLE}')
     and not exists (select from pg_constraint where conindid = i.indexrelid)
   order by c.relname`;

/** Drops an index of the catalog's table; not in a transaction. */
export function dropCatalogIndex(name: string): string {
  return `drop index concurrently if exists storage.${quoteIdentifier(name)}`;
}

function ifThere(role: string, statements: readonly string[]): string {
  return `do $do$ begin
    if exists (select from pg_roles where rolname = ${quoteLiteral(role)}) then
      ${statements.map((statement) => `${statement};`).join('\n      ')}
    end if;
  end $do$`;
}
