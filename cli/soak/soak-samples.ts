import { loadavg } from 'node:os';
import { SERVICE_NAMES, type ServiceName } from '../../services/catalog';
import { numberAt } from '../../machine/json';
import { measureMemory } from '../../machine/memory';
import type { ShopObserver } from '../observation/shop-observer';
import type { Target } from '../target/target';

/** What is looked at every few seconds. */
export type Sample = Awaited<ReturnType<typeof takeSample>>;

/** @param at seconds since the beginning @throws when a service does not answer */
export async function takeSample(
  target: Pick<Target, 'kind' | 'instances'>,
  observer: ShopObserver,
  at: number,
) {
  const [health, { spansReceived }, load, local] = await Promise.all([
    healthOf(observer),
    observer.telemetry(),
    observer.traffic(),
    target.kind === 'local' ? memoryOf(target) : Promise.resolve(null),
  ]);
  if (spansReceived === null) throw new Error('the console does not tell how many spans it has received');
  return {
    at,
    /** Memory of each process (bytes), see `memoryOf`; PostgreSQL's with its back ends. */
    rss: local ?? Object.fromEntries(health.map(({ instance, rss }) => [instance, rss])),
    /** Spans that ended, by instance: its counter restarts with it. */
    ended: Object.fromEntries(
      health.filter(({ name }) => name !== 'console').map(({ instance, ended }) => [instance, ended]),
    ),
    /** Spans the console has received since it started. */
    received: spansReceived,
    /** Load average of this machine, of a local shop's alone. */
    machineLoad: target.kind === 'local' ? (loadavg()[0] ?? null) : null,
    load,
  };
}

/** Of every instance, by its own name: one that goes and another that comes are never taken for the same. */
async function healthOf(
  observer: ShopObserver,
): Promise<{ name: ServiceName; instance: string; rss: number; ended: number }[]> {
  const all = await Promise.all(
    SERVICE_NAMES.map(async (name) =>
      (await observer.all(name, '/health')).map(({ instance, body }) => ({
        name,
        instance,
        rss: numberAt(body, 'process', 'rss_bytes') ?? 0,
        ended: numberAt(body, 'process', 'spans_ended') ?? 0,
      })),
    ),
  );
  return all.flat();
}

/**
 * Memory of the runner's processes, each with its descendants: their own pages alone, for PostgreSQL's shared buffers
 * fill as they are used, which is no leak.
 */
async function memoryOf(target: Pick<Target, 'instances'>): Promise<Record<string, number>> {
  const instances = await target.instances();
  const processes = instances.flatMap(({ workload, pid }) => (pid === null ? [] : [{ name: workload, pid }]));
  return (await measureMemory(processes, 'own')).byName;
}
