import { SERVICE_NAMES, type ServiceName } from '../../services/catalog';
import { messageOf } from '../../machine/errors';
import { textAt } from '../../machine/json';
import { failingChecks } from '../observation/answers';
import { look, type Look } from '../observation/look';
import type { ShopObserver } from '../observation/shop-observer';
import type { Instance, Target } from '../target/target';
import type { Finding } from './check';
import { checked, type CheckContext } from './context';

/** The seeds want at least so many pods. */
export const LEAST_INSTANCES = 8;

/** Whether everything that runs is there and ready: at least eight, every service among them. */
export async function lookAtInstances(target: Pick<Target, 'instances'>): Promise<Look<Instance[]>> {
  const instances = await target.instances();
  return look(instances, unreadyAmong(instances));
}

/** Everything that runs is there and ready. */
export async function checkInstances(context: CheckContext): Promise<Finding> {
  return checked(
    context,
    () => lookAtInstances(context.target),
    (instances) => {
      const restarts = instances.reduce((sum, instance) => sum + (instance.restarts ?? 0), 0);
      return `${instances.length} ready${restarts > 0 ? `, ${restarts} restarts so far` : ''}`;
    },
    logsRemedy(context),
  );
}

function unreadyAmong(instances: readonly Instance[]): string[] {
  const there = new Set(instances.map(({ workload }) => workload));
  const missing = SERVICE_NAMES.filter((name) => !there.has(name));
  return [
    ...(instances.length < LEAST_INSTANCES
      ? [`only ${instances.length} of at least ${LEAST_INSTANCES}`]
      : []),
    ...missing.map((name) => `${name} is missing`),
    ...instances
      .filter(({ ready }) => !ready)
      .map(({ workload, name, reason }) => `${workload} (${name}) is not ready: ${reason ?? 'unknown'}`),
  ];
}

/** Where the logs are. */
export function logsRemedy({ target }: { target: Pick<Target, 'kind' | 'dataDir' | 'namespace'> }): string {
  return target.kind === 'local'
    ? `look at the log of each: ${target.dataDir}/logs/<name>.log`
    : `kubectl -n ${target.namespace ?? ''} describe pod NAME; kubectl -n ${target.namespace ?? ''} logs NAME`;
}

/** Every instance of every service says `healthy`. */
export async function checkHealth(context: CheckContext): Promise<Finding> {
  return checked(
    context,
    async () => {
      const states = await Promise.all(SERVICE_NAMES.map((name) => unhealthy(context.observer, name)));
      const problems = states.flatMap(({ problem }) => (problem === null ? [] : [problem]));
      const instances = states.reduce((sum, { seen }) => sum + (seen ?? 0), 0);
      return look(instances, problems);
    },
    (instances) =>
      `${SERVICE_NAMES.length} services${instances > SERVICE_NAMES.length ? ` (${instances} instances)` : ''}`,
  );
}

async function unhealthy(observer: ShopObserver, name: ServiceName): Promise<Look<number>> {
  try {
    const answers = await observer.all(name, '/health');
    const sick = answers.find(({ body }) => textAt(body, 'status') !== 'healthy');
    if (sick === undefined) return look(answers.length);
    const reasons = failingChecks(sick.body).join(', ');
    return look(answers.length, `${name} is degraded (${reasons || 'without saying why'})`);
  } catch (error) {
    return { problem: `${name}: ${messageOf(error)}`, seen: null };
  }
}
