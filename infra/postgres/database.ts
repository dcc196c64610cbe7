import * as postgresql from '@pulumi/postgresql';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { urlHost } from '../../scenario/config/pasted-forms';
import { DATABASE_NAME, ROLES } from '../../scenario/sql/roles';
import type { DatabaseRole } from '../../services/catalog';
import { PostgresAnswers } from './answers';
import { certificateFile } from './certificate-file';
import { importHint } from './import-hint';
import type { Login } from './login';
import { POSTGRES_NAME, POSTGRES_PORT, TLS_QUERY, type PostgresServer } from './server';

export interface ShopDatabaseArgs {
  server: PostgresServer;
  /** Where the server answers for this machine. */
  host: pulumi.Input<string>;
  port: pulumi.Input<number>;
  /** What everything in the database dies with. */
  deletedWith: pulumi.Resource;
}

/** Database, roles and grants. What lives in the database is never deleted by hand: it goes with the volume. */
export class ShopDatabase extends pulumi.ComponentResource {
  /** Login as conductor, from this machine; known when database and roles are there. */
  readonly conductorLogin: pulumi.Output<Login>;
  /** URLs inside the cluster. */
  readonly urls: Record<DatabaseRole | 'superuser', pulumi.Output<string>>;
  /** What must be there before anything uses the database. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ShopDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:postgres:ShopDatabase', name, {}, opts);
    const { server } = args;
    const passwords = createPasswords(name, this);
    const login = loginOf(args, server.superuser, server.password, 'postgres');
    const answers = new PostgresAnswers(
      `${name}-answers`,
      { login, volume: server.volumeId },
      { parent: this, dependsOn: [server.statefulSet, server.service], deletedWith: args.deletedWith },
    );
    const provider = createProvider(name, args, answers, this);
    const options = {
      parent: this,
      provider,
      deletedWith: args.deletedWith,
      retainOnDelete: true,
      // A new volume has nothing of this in it.
      replacementTrigger: server.volumeId,
      hooks: { onError: [importHint(name)] },
    };
    const roles = createRoles(name, passwords, options);
    const database = createDatabase(name, options);
    const grants = createGrants(name, database, roles, options);
    this.ready = [database, ...Object.values(roles), ...grants];
    this.conductorLogin = loginOf(args, ROLES.conductor, passwords.conductor.result, DATABASE_NAME);
    this.urls = {
      superuser: urlOf(server.superuser, server.password),
      shop_app: urlOf(ROLES.app, passwords.shop_app.result),
      conductor: urlOf(ROLES.conductor, passwords.conductor.result),
    };
    this.registerOutputs({ database: database.name });
  }
}

function loginOf(
  { server, host, port }: ShopDatabaseArgs,
  user: string,
  password: pulumi.Output<string>,
  database: string,
): pulumi.Output<Login> {
  return pulumi.secret(pulumi.output({ host, port, user, password, database, ca: server.certificate }));
}

function urlOf(user: string, password: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.interpolate`postgres://${user}:${password}@${POSTGRES_NAME}:${POSTGRES_PORT}/${DATABASE_NAME}?${TLS_QUERY}`,
  );
}

function createPasswords(name: string, parent: pulumi.Resource): Record<DatabaseRole, random.RandomPassword> {
  const password = (role: DatabaseRole) =>
    new random.RandomPassword(
      `${name}-${role.replace('_', '-')}-password`,
      { length: 32, special: false },
      { parent },
    );
  return { shop_app: password('shop_app'), conductor: password('conductor') };
}

function createProvider(
  name: string,
  args: ShopDatabaseArgs,
  answers: PostgresAnswers,
  parent: pulumi.Resource,
) {
  const { login } = answers;
  return new postgresql.Provider(
    `${name}-provider`,
    {
      // The provider writes it into a URL as it is.
      host: login.host.apply(urlHost),
      port: login.port,
      username: login.user,
      password: login.password,
      sslmode: 'verify-ca',
      sslrootcert: args.server.certificate.apply(certificateFile),
      superuser: true,
      connectTimeout: 15,
    },
    { parent },
  );
}

type Roles = Record<keyof typeof ROLES, postgresql.Role>;

function createRoles(
  name: string,
  passwords: Record<DatabaseRole, random.RandomPassword>,
  options: pulumi.CustomResourceOptions,
): Roles {
  const owner = new postgresql.Role(`${name}-owner`, { name: ROLES.owner, login: false }, options);
  const app = new postgresql.Role(
    `${name}-app`,
    { name: ROLES.app, login: true, password: passwords.shop_app.result },
    options,
  );
  const conductor = new postgresql.Role(
    `${name}-conductor`,
    { name: ROLES.conductor, login: true, password: passwords.conductor.result, roles: [owner.name] },
    options,
  );
  return { owner, app, conductor };
}

function createDatabase(name: string, options: pulumi.CustomResourceOptions): postgresql.Database {
  return new postgresql.Database(
    `${name}-database`,
    {
      name: DATABASE_NAME,
      encoding: 'UTF8',
      template: 'template0',
      lcCollate: 'C.UTF-8',
      lcCtype: 'C.UTF-8',
    },
    options,
  );
}

/** Nobody but the named roles may connect; only the owner may make schemas. */
function createGrants(
  name: string,
  database: postgresql.Database,
  roles: Roles,
  options: pulumi.CustomResourceOptions,
): postgresql.Grant[] {
  const grant = (
    suffix: string,
    role: pulumi.Input<string>,
    privileges: string[],
    after: pulumi.Resource[],
  ) =>
    new postgresql.Grant(
      `${name}-${suffix}-grant`,
      { database: database.name, role, objectType: 'database', privileges },
      { ...options, dependsOn: after },
    );
  // One after the other: PostgreSQL refuses two changes of one database's rights at once.
  const nobody = grant('public', 'public', [], []);
  const owner = grant('owner', roles.owner.name, ['CONNECT', 'CREATE'], [nobody]);
  const app = grant('app', roles.app.name, ['CONNECT'], [owner]);
  const conductor = grant('conductor', roles.conductor.name, ['CONNECT'], [app]);
  return [nobody, owner, app, conductor];
}
