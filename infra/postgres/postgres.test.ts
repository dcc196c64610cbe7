import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { Cluster } from '../cluster/cluster';
import { mockEngine, settled, SHOP_ANSWERS, testDigest, type MockedEngine } from '../../test/mocks/engine';
import { workloadOf } from '../../test/mocks/pods';
import { ShopDatabase } from './database';
import { PostgresServer, serverArguments } from './server';
import { SetupJob } from './setup-job';

const IMAGE = `postgres:18@${testDigest('postgres')}`;
const SERVICES = `r/shop@${testDigest('services')}`;

describe('PostgreSQL', () => {
  let engine: MockedEngine;
  let database: ShopDatabase;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const cluster = new Cluster('cluster', { kubeconfig: 'k', namespace: 'shop' });
    const server = new PostgresServer('postgresql', {
      cluster,
      image: IMAGE,
      imagePullSecret: 'image-registry',
      storage: '10Gi',
      maxConnections: 300,
      access: { type: 'nodePort', nodePort: 30_432 },
    });
    database = new ShopDatabase('database', {
      server,
      host: '2001:db8::7',
      port: 30_432,
      deletedWith: cluster.namespace,
    });
    new SetupJob('setup', {
      cluster,
      image: SERVICES,
      imagePullSecret: 'image-registry',
      databaseUrl: database.urls.superuser,
      databaseCa: server.clientCa,
      catalogRows: 50_000,
      after: database.ready,
    });
    await engine.until('setup-job');
  });

  it('runs by digest, with a generated password that is nowhere in plain', () => {
    const { container, imagePullSecrets } = workloadOf(engine.named('postgresql-server'));
    assert.equal(container.image, IMAGE);
    assert.deepEqual(imagePullSecrets, [{ name: 'image-registry' }]);
    const password = container.env?.find(({ name }) => name === 'POSTGRES_PASSWORD');
    assert.deepEqual(password, {
      name: 'POSTGRES_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'postgresql', key: 'password' } },
    });
    const secret = engine.named('postgresql-secret');
    const { password: value } = secret.inputs.stringData as Record<string, string>;
    assert.equal(value, 'secret-of-postgresql-password');
    for (const { name, inputs } of engine.all('kubernetes:apps/v1:StatefulSet'))
      assert.ok(!JSON.stringify(inputs).includes('secret-of-'), name);
    assert.equal(engine.named('postgresql-password').inputs.length, 32);
  });

  it('speaks TLS and SCRAM, and has no CPU limit', () => {
    const text = serverArguments(300).join(' ');
    for (const setting of ['ssl=on', 'password_encryption=scram-sha-256', 'max_connections=300'])
      assert.ok(text.includes(`-c ${setting}`), setting);
    const { resources } = workloadOf(engine.named('postgresql-server')).container;
    assert.equal(resources.limits.cpu, undefined);
    assert.ok(resources.limits.memory);
  });

  it('trusts nobody without a password, not even inside the pod', () => {
    const { env = [] } = workloadOf(engine.named('postgresql-server')).container;
    assert.equal(env.find(({ name }) => name === 'POSTGRES_INITDB_ARGS')?.value, '--auth=scram-sha-256');
    assert.ok(!env.some(({ name }) => name === 'POSTGRES_HOST_AUTH_METHOD'));
    const files = engine.named('postgresql-secret').inputs.stringData as Record<string, string>;
    const logins = (files['pg_hba.conf'] ?? '').trim().split('\n');
    // psql's role alone comes without one, by being the pod's own user; it owns no more than the shop's tables.
    assert.deepEqual(
      logins.map((line) => line.replace(/ +/g, ' ')),
      [
        'local ecommerce ecommerce_user peer map=pod',
        'local all all scram-sha-256',
        'host all all all scram-sha-256',
      ],
    );
    assert.equal(files['pg_ident.conf']?.trim(), 'pod postgres ecommerce_user');
    for (const file of ['hba', 'ident'])
      assert.match(
        serverArguments(300).join(' '),
        new RegExp(`${file}_file=/etc/postgresql-server/pg_${file}`),
      );
  });

  it('keeps its data below the mount, on a claim of its own', () => {
    const { container } = workloadOf(engine.named('postgresql-server'));
    const mount = container.volumeMounts?.find(({ name }) => name === 'data')?.mountPath ?? '';
    const data = container.env?.find(({ name }) => name === 'PGDATA')?.value ?? '';
    assert.ok(data.startsWith(`${mount}/`), `${data} in ${mount}`);
    // The class that the cluster writes into it is no change.
    assert.deepEqual(engine.named('postgresql-volume').options.ignoreChanges, ['spec.storageClassName']);
  });

  it('is asked over TLS by a provider that waits for its answer', () => {
    const { inputs, options, secrets } = engine.named('database-provider');
    assert.equal(inputs.sslmode, 'verify-ca');
    // It writes it into a URL.
    assert.equal(inputs.host, '[2001:db8::7]');
    assert.equal(readFileSync(String(inputs.sslrootcert), 'utf8'), 'certificate-of-postgresql-certificate');
    assert.ok(secrets.includes('password'));
    assert.ok(options.dependsOn.includes('database-answers'), options.dependsOn.join());
    assert.ok(engine.named('database-answers').options.dependsOn.includes('postgresql-server'));
  });

  it('has a conductor who is a member of the owner, and services that own nothing', () => {
    const role = (name: string) => engine.named(`database-${name}`).inputs;
    assert.equal(role('owner').login, false);
    assert.deepEqual(role('conductor').roles, [role('owner').name]);
    assert.equal(role('app').roles, undefined);
    for (const { inputs, name } of engine.all('postgresql:index/grant:Grant')) {
      const privileges = inputs.privileges as string[];
      assert.equal(privileges.includes('CREATE'), inputs.role === role('owner').name, name);
    }
    assert.deepEqual(engine.named('database-public-grant').inputs.privileges, []);
  });

  it('takes its contents along when the namespace goes, asked or not', () => {
    for (const type of ['role:Role', 'database:Database', 'grant:Grant']) {
      for (const { name, options } of engine.all(`postgresql:index/${type}`)) {
        assert.equal(options.deletedWith, 'cluster-namespace', name);
        assert.equal(options.retainOnDelete, true, name);
      }
    }
  });

  it('is set up by a Job after roles and grants, with the address in a Secret', async () => {
    const job = engine.named('setup-job');
    for (const grant of engine.all('postgresql:index/grant:Grant'))
      assert.ok(job.options.dependsOn.includes(grant.name), grant.name);
    const { container, imagePullSecrets } = workloadOf(job);
    assert.equal(container.image, SERVICES);
    assert.deepEqual(imagePullSecrets, [{ name: 'image-registry' }]);
    assert.deepEqual(container.env?.find(({ name }) => name === 'DATABASE_URL')?.valueFrom?.secretKeyRef, {
      name: 'setup',
      key: 'DATABASE_URL',
    });
    assert.deepEqual(engine.named('setup-secret').secrets, ['stringData']);
    // By its result: what the provider would wait for by itself calls "completed with exit code 0" a warning.
    assert.deepEqual((job.inputs.metadata as { annotations?: unknown }).annotations, {
      'pulumi.com/waitFor': 'jsonpath={.status.succeeded}=1',
    });
    assert.match(
      await settled(database.urls.shop_app),
      /^postgres:\/\/shop_app:secret-of-database-shop-app-password@postgresql:5432\/ecommerce\?sslmode=verify-full&sslrootcert=/,
    );
  });
});
