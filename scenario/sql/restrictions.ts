import { ROLES } from './roles';

/** Functions of PostgreSQL that everybody may call at first, and that only who conducts has a use for. */
const CONDUCTORS = '^pg_(try_)?advisory_(xact_)?(lock|unlock)';
/** … and that nobody has: large objects fill the disk, and belong to whoever made them. */
const NOBODYS = ['lo_creat', 'lo_create', 'lo_from_bytea'];

/**
 * Takes from the services' role what PostgreSQL gives to everybody: advisory locks (who holds the indexes' lock keeps an
 * outage from healing), large objects, temporary tables. For a superuser; changes nothing the second time.
 *
 * @param database quoted name of the database the connection is on
 */
export function restrictionStatements(database: string): string[] {
  return [
    `do $do$
     declare
       callable record;
     begin
       for callable in
         select oid::regprocedure as signature, proname ~ '${CONDUCTORS}' as conducts
           from pg_proc
          where pronamespace = 'pg_catalog'::regnamespace
            and (proname ~ '${CONDUCTORS}' or proname in (${NOBODYS.map((name) => `'${name}'`).join(', ')}))
            and has_function_privilege('public', oid, 'execute')
       loop
         if callable.conducts then
           execute format('grant execute on function %s to ${ROLES.owner}', callable.signature);
         end if;
         execute format('revoke execute on function %s from public', callable.signature);
       end loop;
     end $do$`,
    `revoke temporary on database ${database} from public`,
  ];
}

/** Whether the connection's user may do so: `may`. */
export const mayRestrictQuery = `select rolsuper as may from pg_roles where rolname = current_user`;
