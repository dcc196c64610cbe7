import { loadavg } from 'node:os';
import { SERVICE_NAMES } from '../../services/catalog';
import { readInstances, readService } from '../checks/context';
import { numberAt } from '../../machine/json';
import { measureMemory } from '../../machine/memory';
import type { Target } from '../target/target';

/** What is looked at every few seconds. */
export interface Sample {
  /** Seconds since the beginning. */
  at: number;
  /** Memory of each process (bytes), see `memoryOf`; PostgreSQL's with its back ends. */
  rss: Record<string, number>;
  /** Spans that ended, by instance: its counter restarts with it. */
  ended: Record<string, number>;
  /** Spans the console has received since it started. */
  received: number;
  /** Load average of this machine, of a local shop's alone. */
  machineLoad: number | null;
  load: {
    baseline: LaneSample;
    demo: LaneSample;
  };
}

export interface LaneSample {
  scheduled: number;
  started: number;
  dropped: number;
  late: number;
  requests: number;
  errors: number;
  startLagP99Ms: number | null;
}

/** @throws when a service does not answer */
export async function takeSample(target: Target, at: number): Promise<Sample> {
  const [health, received, load, local] = await Promise.all([
    healthOf(target),
    receivedBy(target),
    loadOf(target),
    target.kind === 'local' ? memoryOf(target) : Promise.resolve(null),
  ]);
  return {
    at,
    rss: local ?? Object.fromEntries(health.map(({ name, rss }) => [name, rss])),
    ended: Object.fromEntries(
      health.filter(({ name }) => !name.startsWith('console')).map(({ name, ended }) => [name, ended]),
    ),
    received,
    machineLoad: target.kind === 'local' ? (loadavg()[0] ?? null) : null,
    load,
  };
}

async function healthOf(target: Target): Promise<{ name: string; rss: number; ended: number }[]> {
  const all = await Promise.all(
    SERVICE_NAMES.map(async (service) => {
      const bodies = await readInstances(target, service, '/health');
      return bodies.map((body, index) => ({
        name: bodies.length === 1 ? service : `${service} ${index + 1}`,
        rss: numberAt(body, 'process', 'rss_bytes') ?? 0,
        ended: numberAt(body, 'process', 'spans_ended') ?? 0,
      }));
    }),
  );
  return all.flat();
}

async function receivedBy(target: Target): Promise<number> {
  const body = await readService(target, 'console', '/api/summary?minutes=false');
  const received = numberAt(body, 'telemetry', 'spansReceived');
  if (received === null) throw new Error('the console does not tell how many spans it has received');
  return received;
}

async function loadOf(target: Target): Promise<Sample['load']> {
  const bodies = await readInstances(target, 'load-generator', '/admin/traffic-stats');
  const lane = (name: 'baseline' | 'demo'): LaneSample => {
    const sum = (key: string): number =>
      bodies.reduce<number>((total, body) => total + (numberAt(body, name, key) ?? 0), 0);
    const lags = bodies.map((body) => numberAt(body, name, 'start_lag_p99_ms')).filter((lag) => lag !== null);
    return {
      scheduled: sum('scheduled'),
      started: sum('started'),
      dropped: sum('dropped'),
      late: sum('late'),
      requests: sum('requests'),
      errors: sum('errors'),
      startLagP99Ms: lags.length === 0 ? null : Math.max(...lags),
    };
  };
  return { baseline: lane('baseline'), demo: lane('demo') };
}

/**
 * Memory of the runner's processes, each with its descendants: their own pages alone, for PostgreSQL's shared buffers
 * fill as they are used, which is no leak.
 */
async function memoryOf(target: Target): Promise<Record<string, number>> {
  const instances = await target.instances();
  const processes = instances.flatMap(({ workload, pid }) => (pid === null ? [] : [{ name: workload, pid }]));
  return (await measureMemory(processes, 'own')).byName;
}
