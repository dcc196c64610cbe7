import { SERVICE_NAMES } from '../../services/catalog';
import { messageOf } from '../../machine/errors';
import { at, textAt } from '../../machine/json';
import type { Instance } from '../target/target';
import { failed, ok, type Finding } from './check';
import { eventually, readInstances, type CheckContext } from './context';

/** The seeds want at least so many pods. */
export const LEAST_INSTANCES = 8;

/** Everything that runs is there and ready. */
export async function checkInstances(context: CheckContext): Promise<Finding> {
  const found = await eventually(context, async () => {
    const instances = await context.target.instances();
    return judgeInstances(instances).state === 'ok' ? instances : describeUnready(instances);
  });
  return typeof found === 'string' ? failed(found, logsRemedy(context)) : judgeInstances(found);
}

/** At least eight, all ready, and every service among them. */
export function judgeInstances(instances: readonly Instance[]): Finding {
  const restarts = instances.reduce((sum, instance) => sum + (instance.restarts ?? 0), 0);
  const unready = describeUnready(instances);
  if (unready !== '') return failed(unready);
  return ok(`${instances.length} ready${restarts > 0 ? `, ${restarts} restarts so far` : ''}`);
}

function describeUnready(instances: readonly Instance[]): string {
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
  ].join('; ');
}

/** Where the logs are. */
export function logsRemedy({ target }: Pick<CheckContext, 'target'>): string {
  return target.kind === 'local'
    ? `look at the log of each: ${target.dataDir}/logs/<name>.log`
    : `kubectl -n ${target.namespace ?? ''} describe pod NAME; kubectl -n ${target.namespace ?? ''} logs NAME`;
}

/** Every instance of every service says `healthy`. */
export async function checkHealth(context: CheckContext): Promise<Finding> {
  const found = await eventually(context, async () => {
    const states = await Promise.all(SERVICE_NAMES.map((name) => unhealthy(context, name)));
    const problems = states.flatMap(({ problem }) => (problem === null ? [] : [problem]));
    return problems.length === 0
      ? states.reduce((sum, { instances }) => sum + instances, 0)
      : problems.join('; ');
  });
  return typeof found === 'string'
    ? failed(found)
    : ok(`${SERVICE_NAMES.length} services${found > SERVICE_NAMES.length ? ` (${found} instances)` : ''}`);
}

async function unhealthy(
  { target }: CheckContext,
  name: (typeof SERVICE_NAMES)[number],
): Promise<{ instances: number; problem: string | null }> {
  try {
    const bodies = await readInstances(target, name, '/health');
    const sick = bodies.filter((body) => textAt(body, 'status') !== 'healthy');
    const problem = sick.length === 0 ? null : `${name} is degraded (${failingChecks(sick[0])})`;
    return { instances: bodies.length, problem };
  } catch (error) {
    return { instances: 0, problem: `${name}: ${messageOf(error)}` };
  }
}

function failingChecks(body: unknown): string {
  const failing = Object.entries((at(body, 'checks') ?? {}) as Record<string, unknown>)
    .filter(([, result]) => result !== 'ok')
    .map(([check, result]) => `${check}: ${String(result)}`);
  return failing.length > 0 ? failing.join(', ') : 'without saying why';
}
