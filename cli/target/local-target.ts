import { SERVICE_NAMES, type ServiceName } from '../../services/catalog';
import { messageOf, Refusal } from '../../machine/errors';
import { REPOSITORY } from '../../machine/options';
import { getJson } from '../../machine/http';
import { IntentFile } from '../control/intent-file';
import { isRunning } from '../../machine/process-identity';
import { findRun, type RunOf } from '../../machine/run-file';
import { failingChecks } from '../observation/answers';
import type { Instance, Target } from './target';
import type { TargetOptions } from './target-options';

const READY_TIMEOUT_MS = 3000;

/** A shop of `npm start`, as its run file describes it. */
export type Shop = RunOf<ServiceName>;

/** The shop that runs with a data folder, in whatever state; null when none does. @throws Refusal for another user's */
export function findShop(dataDir: string): Shop | null {
  return findRun(dataDir, SERVICE_NAMES);
}

/** The shop that runs with a data folder; null when none does. @throws Refusal for one that has just begun to start */
export function findLocalTarget(options: Pick<TargetOptions, 'dataDir' | 'stack'>): Target | null {
  const shop = findShop(options.dataDir);
  if (shop?.adminToken === '') {
    throw new Refusal(
      `The shop (process ${shop.runner.pid}) has just begun to start: run the command again in a moment.`,
    );
  }
  return shop === null ? null : localTarget(shop, options);
}

/** A shop of `npm start` as a target. */
export function localTarget(
  shop: Shop,
  { dataDir, stack }: Pick<TargetOptions, 'dataDir' | 'stack'>,
): Target {
  return {
    kind: 'local',
    name: dataDir,
    shopUrl: shop.urls.frontend,
    consoleUrl: shop.urls.console,
    adminToken: shop.adminToken,
    conductor: { connectionString: shop.databaseUrls.conductor },
    config: { projectDir: REPOSITORY, stack },
    stack,
    dataDir,
    serviceUrl: (name) => Promise.resolve(shop.urls[name]),
    endpoints: (name) => Promise.resolve([{ instance: name, url: shop.urls[name] }]),
    instances: () => processes(shop, dataDir),
    tunnel: null,
    namespace: null,
    logs: null,
    intents: new IntentFile(dataDir),
    close: () => Promise.resolve(),
  };
}

/** The processes in the run file as it is now; a service's readiness is its own /readyz, a store's that it is alive. */
async function processes(shop: Shop, dataDir: string): Promise<Instance[]> {
  const children = findShop(dataDir)?.children ?? shop.children;
  return Promise.all(
    children.map(async (child): Promise<Instance> => {
      const { name: workload, pid } = child;
      const reason = isService(workload)
        ? await unready(shop.urls[workload]).catch((error: unknown) => messageOf(error))
        : isRunning(child)
          ? null
          : 'the process has ended';
      return { workload, name: `process ${pid}`, ready: reason === null, reason, restarts: null, pid };
    }),
  );
}

function isService(name: string): name is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(name);
}

/** Why a service is not ready, in its own words; null when it is. @throws when it does not answer */
async function unready(baseUrl: string): Promise<string | null> {
  const { status, body } = await getJson(`${baseUrl}/readyz`, { timeoutMs: READY_TIMEOUT_MS });
  return status === 200 ? null : failingChecks(body).join('; ') || `status ${status}`;
}
