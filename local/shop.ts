import { stackConfigPath } from '../scenario/config/config-file';
import type { Scenario } from '../scenario/types';
import {
  CATALOG,
  CONSOLE_OTLP,
  serviceEntry,
  type DatabaseRole,
  type ReleaseChoice,
  type ServiceName,
} from '../services/catalog';
import { createDataFolder, dataFolder, type DataFolder } from '../machine/data-folder';
import { readLogLevel } from '../machine/environment';
import { messageOf } from '../machine/errors';
import { inOrder } from './in-order';
import { POSTGRES_PORT, REDIS_PORT, requireFreePorts, type NeededPort } from '../machine/reach/ports';
import { claimRun, type Predecessor, type RunRecord } from '../machine/run-file';
import type { StartOptions } from './arguments';
import { databaseUrls, connectionsFor } from './postgres/database';
import { planDatabase, prepareCatalog, startDatabase } from './postgres/database-start';
import { POSTGRES_NAME } from './postgres/postgres';
import { readForwarding } from './forwarding';
import { readKnownHosts } from './known-hosts';
import { Presence } from './processes/presence';
import {
  newRunKeys,
  otlpUrl,
  READY_TIMEOUT_MS,
  readyServices,
  servicePort,
  serviceSpec,
  SHARES_PORTS,
  serviceUrls,
  type ServiceSettings,
} from './processes/service-processes';
import { Supervisor } from './processes/supervisor';
import { REDIS_NAME, planRedis, startRedis } from './redis';
import type { Reporter } from './progress';
import { contentMark } from './stack/file-watch';
import { applyStack } from './stack/stack-apply';
import { StackScenario } from './stack/stack-scenario';
import { watchReleases } from './stack/release-watch';
import { watchStack } from './stack/stack-watch';

/** What a shop is started with. */
export interface ShopRequest extends StartOptions {
  /** Folder of Pulumi.<stack>.yaml. */
  repositoryDir: string;
  env: NodeJS.ProcessEnv;
  reporter: Reporter;
  /** Aborts the start and stops what was started. */
  signal?: AbortSignal;
}

/** A shop this process runs. */
export type RunningShop = Awaited<ReturnType<ShopStart['run']>>;

const LOAD: ServiceName = 'load-generator';

/**
 * Starts the shop: stores and services side by side, then the catalog and the stack's scenario, then the load.
 * Resolves when every service is ready and traffic flows.
 *
 * @throws Refusal for what the user can put right; everything that was started is stopped then
 */
export async function startShop(request: ShopRequest): Promise<RunningShop> {
  const { repositoryDir, portOffset } = request;
  // Whatever is wrong with the stack is said before anything is touched.
  const stack = new StackScenario({ projectDir: repositoryDir, stack: request.stack }, request);
  const preview = stack.resolve(stack.read().config, null, Date.now() / 1000, {
    absentSeconds: Infinity,
  }).scenario;
  const folder = dataFolder(request.dataDir);
  createDataFolder(folder);
  const presence = new Presence(folder.root);
  const absentSeconds = presence.absentSeconds();
  // Before anything in the folder is read, made or removed: of two starts at once only one may.
  const { record, predecessor } = await claimRun(folder.root, {
    portOffset,
    urls: serviceUrls(portOffset),
    databaseUrls: { superuser: '', shop_app: '', conductor: '' },
    redis: { url: '', kind: '' },
    adminToken: '',
    otlp: { url: otlpUrl(portOffset), token: '' },
  });
  return new ShopStart(request, record, presence, { stack, preview, absentSeconds }).run(predecessor);
}

/** The shop of one claimed data folder, from its claim to its end. */
class ShopStart {
  private readonly folder: DataFolder;
  private readonly supervisor: Supervisor;
  private readonly pending: Promise<void>[] = [];
  private readonly watches: { close: () => Promise<void> }[] = [];
  private stopped: Promise<void> | null = null;

  constructor(
    private readonly request: ShopRequest,
    private readonly record: RunRecord,
    private readonly presence: Presence,
    private readonly scenario: { stack: StackScenario; preview: Scenario; absentSeconds: number },
  ) {
    this.folder = dataFolder(request.dataDir);
    this.supervisor = new Supervisor(
      record,
      request.reporter,
      new Set(['console', REDIS_NAME, POSTGRES_NAME]),
    );
  }

  /** @throws what the start failed with, when all of it has been stopped */
  async run(predecessor: Predecessor | null) {
    const { signal, reporter } = this.request;
    const abort = (): void => void this.stop();
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      if (predecessor) reporter.note(describe(predecessor));
      return await this.begin();
    } catch (error) {
      await this.stop();
      // What was still under way fails now; it must not outlive the call.
      await Promise.allSettled(this.pending);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  private async begin() {
    const { request, folder, supervisor, record } = this;
    const { env, portOffset, reporter, signal } = request;
    const { stack, preview, absentSeconds } = this.scenario;
    const maxConnections = connectionsFor(preview);
    const database = await planDatabase(folder, { env, portOffset, maxConnections, reporter });
    const { superuserUrl, secrets } = database;
    const urls = databaseUrls(superuserUrl, secrets);
    const redis = planRedis({ env, port: REDIS_PORT + portOffset, folder });
    await requireFreePorts(neededPorts(portOffset, database.server, redis.spec), portOffset);
    signal?.throwIfAborted();
    const settings: ServiceSettings = {
      portOffset,
      databaseUrls: urls,
      redis: { url: redis.url, kind: redis.kind },
      adminToken: secrets.adminToken,
      keys: newRunKeys(),
      releases: preview.releases,
      forwarding: readForwarding(request),
      folder,
      knownHosts: readKnownHosts(env),
      env,
      logLevel: readLogLevel(env, (text) => reporter.problem(text)),
    };
    record.update({
      databaseUrls: urls,
      redis: settings.redis,
      adminToken: secrets.adminToken,
      otlp: { url: otlpUrl(portOffset), token: settings.keys.otlp },
    });
    this.presence.begin();

    const target = {
      urls,
      passwords: secrets,
      maxConnections: database.server?.maxConnections ?? null,
      reporter,
    };
    const stackFile = stackConfigPath({ projectDir: request.repositoryDir, stack: request.stack });
    let appliedMark = '';
    const prepareDatabase = async (): Promise<void> => {
      await startDatabase(database, supervisor, reporter, signal);
      await prepareCatalog(database, preview.catalogRows, reporter);
      // Taken before the file is read: an edit from now on is seen by the watch.
      appliedMark = contentMark(stackFile);
      await applyStack(stack, target, { absentSeconds });
    };
    const startServices = (names: readonly ServiceName[]): Promise<void> =>
      readyServices(supervisor, settings, names, reporter);
    this.pending.push(
      prepareDatabase(),
      startRedis(redis, supervisor, reporter),
      startServices(CATALOG.map(({ name }) => name).filter((name) => name !== LOAD)),
    );
    await Promise.all(this.pending);
    // The load comes last: it meets a shop that is ready.
    await startServices([LOAD]);
    signal?.throwIfAborted();

    this.watches.push(
      watchStack(stackFile, () => applyStack(stack, target, null), reporter, { since: appliedMark }),
      watchReleases(urls.shop_app, (releases) => this.roll(settings, releases)),
    );
    record.update({ state: 'ready' });
    return {
      urls: serviceUrls(portOffset),
      adminToken: secrets.adminToken,
      dataDir: folder.root,
      stackFile,
      redisKind: redis.kind,
      databaseUrl: (role: DatabaseRole | 'superuser') => urls[role],
      memory: () => supervisor.memory(),
      /** Ends everything within 5 s; later calls wait for the first. */
      stop: () => this.stop(),
      /** Ends everything at once, without order. */
      kill: () => {
        supervisor.kill();
        record.remove();
      },
    };
  }

  /** Makes services the releases that are wanted: the only thing that is ever started anew by a scenario. */
  private async roll(settings: ServiceSettings, releases: ReleaseChoice): Promise<void> {
    if (settings.releases.checkout === releases.checkout) return;
    settings.releases = releases;
    this.request.reporter.note(`checkout is replaced by its release ${releases.checkout}`);
    const url = serviceUrls(settings.portOffset).checkout;
    await this.supervisor.replace(
      serviceSpec(serviceEntry('checkout'), settings),
      () => this.supervisor.waitReady('checkout', url, READY_TIMEOUT_MS, releases.checkout),
      SHARES_PORTS,
    );
  }

  private stop(): Promise<void> {
    this.stopped ??= inOrder(
      [
        () => this.record.update({ state: 'stopping' }),
        async () => {
          const watching = this.watches.map((watch) => watch.close());
          await this.supervisor.stop();
          await Promise.all(watching);
        },
        () => this.presence.end(),
        () => this.record.remove(),
      ],
      (error) => this.request.reporter.problem(`while stopping: ${messageOf(error)}`),
    );
    return this.stopped;
  }
}

function describe({ ended }: Predecessor): string {
  return ended.length > 0
    ? `an earlier runner was killed: ended what it left behind (${ended.join(', ')})`
    : 'an earlier runner was killed: it left nothing behind';
}

/** @param ownDatabase null when the user's own server is used; so is `ownRedis` */
function neededPorts(portOffset: number, ownDatabase: object | null, ownRedis: object | null): NeededPort[] {
  return [
    ...(ownDatabase ? [{ port: POSTGRES_PORT + portOffset, service: 'PostgreSQL' }] : []),
    ...(ownRedis ? [{ port: REDIS_PORT + portOffset, service: 'Redis' }] : []),
    ...CATALOG.map((entry) => ({ port: servicePort(entry, portOffset), service: entry.name })),
    { port: servicePort(CONSOLE_OTLP, portOffset), service: CONSOLE_OTLP.service },
  ];
}
