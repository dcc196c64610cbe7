import type { DatabaseRole } from '../../services/catalog';
import { quoteIdentifier, quoteLiteral } from './quote';

/** The roles of the database: who owns, who uses, who conducts. */
export const ROLES = {
  /** Owns every table, cannot log in. */
  owner: 'shop_owner',
  /** The services' login: may use, owns nothing. */
  app: 'shop_app',
  /** The console's and the CLI's login: a member of the owner, for the three known indexes. */
  conductor: 'conductor',
} as const;

/** The seeds' name for who uses psql in the database's own pod: a member of the owner, without a password. */
export const PSQL_ROLE = 'ecommerce_user';

export const DATABASE_NAME = 'ecommerce';

/** Passwords of the roles that log in. */
export type RolePasswords = Record<DatabaseRole, string>;

/**
 * Statements that make the roles, for a superuser's connection (the local runner; on Kubernetes
 * `@pulumi/postgresql` owns the roles). Idempotent; passwords are set anew each time.
 */
export function roleStatements(passwords: RolePasswords): string[] {
  return [
    ensureRole(ROLES.owner, 'nologin'),
    ensureRole(ROLES.app, 'login'),
    ensureRole(ROLES.conductor, 'login'),
    `alter role ${ROLES.app} password ${quoteLiteral(passwords.shop_app)}`,
    `alter role ${ROLES.conductor} password ${quoteLiteral(passwords.conductor)}`,
    `grant ${ROLES.owner} to ${ROLES.conductor}`,
  ];
}

/** Makes a role where it is not there. */
export function ensureRole(role: string, options: string): string {
  return `do $do$ begin
    if not exists (select from pg_roles where rolname = ${quoteLiteral(role)}) then
      create role ${quoteIdentifier(role)} ${options};
    end if;
  end $do$`;
}
