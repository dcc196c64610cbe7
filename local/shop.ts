import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stackConfigPath } from '../scenario/config/config-file';
import type { Scenario } from '../scenario/types';
import { CATALOG, type DatabaseRole, type ServiceName } from '../services/catalog';
import { POSTGRES_PORT, REDIS_PORT, type StartOptions } from './arguments';
import { createDataFolder, dataFolder, type DataFolder } from '../machine/data-folder';
import { databaseUrls, prepareDatabase, requiredConnections, waitForDatabase } from './postgres/database';
import { Refusal } from '../machine/errors';
import { contentMark } from './stack/file-watch';
import type { MemoryUse } from '../machine/memory';
import { requireFreePorts } from './processes/ports';
import {
  POSTGRES_NAME,
  SUPERUSER,
  clusterExists,
  endOrphanedPostgres,
  initialiseCluster,
  postgresSpec,
  startFault,
  type PostgresOptions,
} from './postgres/postgres';
import { placePostgres } from './postgres/postgres-binaries';
import { postgresUser } from './postgres/postgres-user';
import { Presence } from './processes/presence';
import { REDIS_NAME, planRedis, waitForRedis, type RedisKind } from './redis';
import type { Reporter } from './reporter';
import { RunRecord, claimRun, newRunState } from '../machine/run-file';
import { loadSecrets } from './secrets';
import { serviceSpec, servicePort, serviceUrls, type ServiceSettings } from './processes/service-processes';
import { applyStack, type StackTarget } from './stack/stack-apply';
import { StackScenario } from './stack/stack-scenario';
import { watchStack } from './stack/stack-watch';
import { Supervisor } from './processes/supervisor';

/** What a shop is started with. */
export interface ShopRequest extends StartOptions {
  /** Folder of Pulumi.<stack>.yaml; its dist/ holds the compiled tree. */
  repositoryDir: string;
  env: NodeJS.ProcessEnv;
  reporter: Reporter;
  /** Aborts the start and stops what was started. */
  signal?: AbortSignal;
}

/** A shop this process runs. */
export interface RunningShop {
  /** Base URL of each service. */
  urls: Record<ServiceName, string>;
  adminToken: string;
  dataDir: string;
  stackFile: string;
  redisKind: RedisKind;
  databaseUrl: (role: DatabaseRole | 'superuser') => string;
  /** The desired scenario, as last applied. */
  scenario: () => Scenario;
  memory: () => Promise<MemoryUse>;
  /** Pids by name of everything that runs. */
  processes: () => { name: string; pid: number }[];
  /** Ends everything within 5 s; later calls wait for the first. */
  stop: () => Promise<void>;
  /** Ends everything at once, without order. */
  kill: () => void;
}

/** From a cold start on one slow core: initdb, a seeding, eleven Node processes. */
const READY_TIMEOUT_MS = 120_000;
const DATABASE_TIMEOUT_MS = 30_000;

/**
 * Starts the shop: stores and services side by side, then the catalog and the stack's scenario, then the load.
 * Resolves when every service is ready and traffic flows.
 *
 * @throws Refusal for what the user can mend; everything that was started is stopped then
 */
export async function startShop(request: ShopRequest): Promise<RunningShop> {
  const { reporter, portOffset } = request;
  // Whatever is wrong with the stack is said before anything is touched.
  const stack = new StackScenario({ projectDir: request.repositoryDir, stack: request.stack }, request);
  const preview = stack.resolve(stack.read().config, null, Date.now() / 1000, {
    absentSeconds: Infinity,
  }).scenario;

  const folder = dataFolder(request.dataDir);
  createDataFolder(folder);
  const database = planDatabase(request, folder, requiredConnections(preview));
  const cluster = await usableCluster(database.server, folder, reporter);
  const secrets = loadSecrets(folder.secretsFile, cluster);
  const superuserUrl =
    database.externalUrl ??
    `postgres://${SUPERUSER}:${secrets.postgres}@127.0.0.1:${String(database.port)}/postgres`;
  const urls = databaseUrls(superuserUrl, secrets);
  const redis = planRedis({
    env: request.env,
    port: REDIS_PORT + portOffset,
    folder: folder.redis,
    logFile: path.join(folder.logs, 'redis.log'),
    distDir: __dirname,
  });
  const shopUrls = serviceUrls(portOffset);
  const state = newRunState({
    portOffset,
    urls: shopUrls,
    databaseUrls: urls,
    redis: { url: redis.url, kind: redis.kind },
    adminToken: secrets.adminToken,
  });
  const presence = new Presence(folder.root);
  const absentSeconds = presence.absentSeconds();
  const predecessor = await claimRun(folder.runFile, folder.root, state);
  const record = new RunRecord(folder.runFile, state);
  const supervisor = new Supervisor(record, reporter, new Set(['console', REDIS_NAME, POSTGRES_NAME]));
  const pending: Promise<void>[] = [];
  let watch: { close: () => Promise<void> } | null = null;
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      record.update({ state: 'stopping' });
      const watching = watch?.close();
      await supervisor.stop();
      await watching;
      presence.end();
      record.remove();
    })();
    return stopped;
  };
  const abort = (): void => void stop();
  request.signal?.addEventListener('abort', abort);
  try {
    if (predecessor) {
      reporter.note(
        predecessor.ended.length > 0
          ? `an earlier runner was killed: ended what it left behind (${predecessor.ended.join(', ')})`
          : 'an earlier runner was killed: it left nothing behind',
      );
    }
    if (database.server && (await endOrphanedPostgres(database.server.place.dataDir))) {
      reporter.note('ended a PostgreSQL that was left on this data folder');
    }
    await requireFreePorts(
      neededPorts(portOffset, database.server !== null, redis.spec !== null),
      portOffset,
    );
    request.signal?.throwIfAborted();
    presence.begin();

    const settings: ServiceSettings = {
      distDir: path.resolve(__dirname, '..'),
      portOffset,
      databaseUrls: urls,
      redis: { url: redis.url, kind: redis.kind },
      adminToken: secrets.adminToken,
      forwardOtlpTo: request.otlpEndpoint,
      compileCacheDir: folder.compileCache,
      logDir: folder.logs,
      env: request.env,
    };
    const target: StackTarget = {
      urls,
      passwords: secrets,
      maxConnections: database.server?.maxConnections ?? null,
      reporter,
    };
    const startServices = (names: readonly ServiceName[]): Promise<void> =>
      readyServices(supervisor, settings, names, reporter);
    const stackFile = stackConfigPath({ projectDir: request.repositoryDir, stack: request.stack });
    let appliedMark = contentMark(stackFile);
    let scenario = preview;
    const stores = [
      (async () => {
        await startDatabase(database, superuserUrl, secrets.postgres, supervisor, request);
        await prepareCatalog(superuserUrl, secrets, preview.catalogRows, reporter);
        // Taken before the file is read: an edit from now on is seen by the watch.
        appliedMark = contentMark(stackFile);
        scenario = await applyStack(stack, target, { absentSeconds });
      })(),
      startRedis(redis, supervisor, reporter),
    ];
    pending.push(...stores);
    // The load comes last: it meets a shop that is ready.
    const services = startServices(CATALOG.map(({ name }) => name).filter((name) => name !== LOAD));
    pending.push(services);
    await Promise.all([...stores, services]);
    await startServices([LOAD]);
    request.signal?.throwIfAborted();

    watch = watchStack(
      stackFile,
      async () => {
        scenario = await applyStack(stack, target, null);
      },
      reporter,
      { since: appliedMark },
    );
    record.update({ state: 'ready' });
    return {
      urls: shopUrls,
      adminToken: secrets.adminToken,
      dataDir: folder.root,
      stackFile,
      redisKind: redis.kind,
      databaseUrl: (role) => urls[role],
      scenario: () => scenario,
      memory: () => supervisor.memory(),
      processes: () => supervisor.running(),
      stop,
      kill: () => {
        supervisor.kill();
        record.remove();
      },
    };
  } catch (error) {
    await stop();
    // What was still under way fails now; it must not outlive the call.
    await Promise.allSettled(pending);
    throw error;
  } finally {
    request.signal?.removeEventListener('abort', abort);
  }
}

const LOAD: ServiceName = 'load-generator';

interface DatabasePlan {
  /** Null when the user's own server is used. */
  server: PostgresOptions | null;
  externalUrl: string | null;
  port: number;
}

function planDatabase(request: ShopRequest, folder: DataFolder, maxConnections: number): DatabasePlan {
  const externalUrl = request.env.ECOMMERCE_POSTGRES_URL ?? null;
  const port = POSTGRES_PORT + request.portOffset;
  if (externalUrl !== null && externalUrl !== '') {
    if (!/^postgres(ql)?:\/\//.test(externalUrl) || !URL.canParse(externalUrl)) {
      throw new Refusal(
        'ECOMMERCE_POSTGRES_URL: must be the URL of a superuser, e.g. postgres://postgres:secret@localhost:5432/postgres',
        2,
      );
    }
    return { server: null, externalUrl, port };
  }
  const user = postgresUser();
  const place = placePostgres(folder.root, user);
  for (const note of place.notes) request.reporter.note(note);
  return {
    server: { place, user, port, maxConnections, logFile: path.join(folder.logs, 'postgresql.log') },
    externalUrl: null,
    port,
  };
}

/**
 * The cluster's folder, null where there is none yet. One outside the data folder whose secrets are gone is removed:
 * who deletes the data folder to start afresh does not know of it.
 */
async function usableCluster(
  server: PostgresOptions | null,
  folder: DataFolder,
  reporter: Reporter,
): Promise<string | null> {
  if (server === null || !clusterExists(server.place.dataDir)) return null;
  const { dataDir, outside } = server.place;
  if (!outside || existsSync(folder.secretsFile)) return dataDir;
  await endOrphanedPostgres(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
  reporter.note(`the data folder is new: the old database in ${dataDir} was removed`);
  return null;
}

function neededPorts(portOffset: number, ownDatabase: boolean, ownRedis: boolean) {
  return [
    ...(ownDatabase ? [{ port: POSTGRES_PORT + portOffset, service: 'PostgreSQL' }] : []),
    ...(ownRedis ? [{ port: REDIS_PORT + portOffset, service: 'Redis' }] : []),
    ...CATALOG.map((entry) => ({ port: servicePort(entry, portOffset), service: entry.name })),
  ];
}

async function startDatabase(
  plan: DatabasePlan,
  superuserUrl: string,
  password: string,
  supervisor: Supervisor,
  { reporter, signal }: ShopRequest,
): Promise<void> {
  const { server } = plan;
  const step = reporter.step('PostgreSQL');
  if (server === null) {
    await waitForDatabase(superuserUrl, DATABASE_TIMEOUT_MS);
    step.done('the one of ECOMMERCE_POSTGRES_URL');
    return;
  }
  signal?.throwIfAborted();
  step.progress('initdb');
  const made = await initialiseCluster(server, password, signal);
  signal?.throwIfAborted();
  step.progress('');
  const supervised = supervisor.start(postgresSpec(server));
  await waitForDatabase(superuserUrl, DATABASE_TIMEOUT_MS, () =>
    supervised.restarts > 0 || supervisor.stopping ? startFault(server.logFile) : null,
  );
  const as = server.user ? `, runs as user ${server.user.name}` : '';
  step.done(`${server.place.binaries.major} on port ${String(server.port)}${made ? ', new' : ''}${as}`);
}

async function prepareCatalog(
  superuserUrl: string,
  passwords: { shop_app: string; conductor: string },
  catalogRows: number,
  reporter: Reporter,
): Promise<void> {
  const step = reporter.step('Catalog');
  const count = (rows: number): string => rows.toLocaleString('en-US');
  const seeded = await prepareDatabase(superuserUrl, {
    passwords,
    catalogRows,
    log: (message) => {
      step.progress(message);
    },
    onProgress: (rows, total) => {
      step.progress(`${count(rows)} of ${count(total)} products`);
    },
  });
  step.done(`${count(catalogRows)} products${seeded > 0 ? `, ${count(seeded)} of them new` : ''}`);
}

async function startRedis(
  plan: ReturnType<typeof planRedis>,
  supervisor: Supervisor,
  reporter: Reporter,
): Promise<void> {
  const step = reporter.step('Redis');
  const { spec } = plan;
  const supervised = spec ? supervisor.start(spec) : null;
  await waitForRedis(plan.url, 15_000, () => {
    if (supervisor.stopping) return new Error('stopped');
    const crashes = supervised?.restarts ?? 0;
    return crashes < 3
      ? null
      : new Refusal(`Redis ended ${String(crashes)} times. Log: ${spec?.logFile ?? ''}`);
  });
  step.done(plan.description);
}

async function readyServices(
  supervisor: Supervisor,
  settings: ServiceSettings,
  names: readonly ServiceName[],
  reporter: Reporter,
): Promise<void> {
  const urls = serviceUrls(settings.portOffset);
  const step = reporter.step(names.length === 1 ? names.join() : 'Services');
  const waiting = new Set(names);
  const began = performance.now();
  step.progress(`0 of ${String(names.length)} ready`);
  for (const entry of CATALOG) if (waiting.has(entry.name)) supervisor.start(serviceSpec(entry, settings));
  await Promise.all(
    names.map(async (name) => {
      await supervisor.waitReady(name, urls[name], READY_TIMEOUT_MS);
      waiting.delete(name);
      reporter.detail(`${name} ready after ${String(Math.round(performance.now() - began))} ms`);
      step.progress(
        `${String(names.length - waiting.size)} of ${String(names.length)} ready` +
          (waiting.size <= 4 ? `, waiting for ${[...waiting].join(', ')}` : ''),
      );
    }),
  );
  step.done(names.length === 1 ? 'ready' : `${String(names.length)} ready`);
}
