/** How the shop's cost grows: with its scale, and with the replicas of one of its services. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { measureMemory } from '../../machine/memory';
import { NORMAL_RATES } from '../../scenario/presets/preset';
import { MAIN_CATEGORY } from '../../scenario/sql/catalog';
import { repositoryDir, until, type TestShop } from '../../test/harness';
import { evenly } from '../run';
import type { Findings, Growth } from './figure';
import { cpuMs, cpuOfWork } from './measure';
import { progress } from './progress';

const SCALES = [0.1, 0.5, 1, 2, 4];
/** Until what the change of scale itself cost is over (ms). */
const SETTLE_MS = 3_000;
const WINDOW_MS = 8_000;

/** Stateless, and the one that a shop with more customers has more of: its pools are divided among them. */
const REPLICATED = 'product-catalog';
const REPLICAS = [1, 2, 3];
const FIRST_REPLICA_PORT = 23_200;
const REQUESTS = 200;
const REQUEST_EVERY_MS = 20;
const READY_MS = 20_000;

/** CPU of everything in normal mode by scale. The shop is started again, with connections for the largest. */
async function byScale(shop: TestShop): Promise<Growth> {
  await shop.stop();
  const points: Growth['points'] = [];
  for (const scale of SCALES.toReversed()) {
    progress(`the whole shop at scale ${scale}`);
    shop.configure({ demoMode: 'normal', traffic: { scale } });
    if (points.length === 0) await shop.start();
    await until(
      async () => Math.abs((await baselineRpm(shop)) - NORMAL_RATES.baselineRpm * scale) < 1,
      READY_MS,
      () => `scale ${scale}`,
    );
    await delay(SETTLE_MS);
    const pids = shop.run().children.map(({ pid }) => pid);
    const [before, startedAt] = [cpuMs(pids), performance.now()];
    await delay(WINDOW_MS);
    const share = (cpuMs(pids) - before) / (performance.now() - startedAt);
    points.unshift({ x: scale, cost: share * 100 });
  }
  return { name: 'CPU of the whole shop in normal mode', of: '× scale', unit: '% of a processor', points };
}

/** The rate that the load generator aims at. */
async function baselineRpm(shop: TestShop): Promise<number> {
  const { body } = await shop.request('load-generator', '/admin/traffic-stats', { admin: true });
  return (body as { baseline: { target_rpm: number } }).baseline.target_rpm;
}

/** One more process of a service that runs: its very command and environment, on another port. */
async function replicaOf(pid: number, port: number): Promise<ChildProcess> {
  const words = (file: string): string[] =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const [command = '', ...args] = words('cmdline');
  const inherited = Object.fromEntries(
    words('environ').map((entry) => [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ]),
  );
  const child = spawn(command, args, {
    env: { ...inherited, PORT: String(port), POOL_REPLICAS: String(REPLICAS.at(-1)) },
    cwd: repositoryDir,
    stdio: 'ignore',
  });
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    READY_MS,
    () => `a replica of ${REPLICATED}`,
  );
  return child;
}

/** CPU and memory of a service's replicas for the same requests, by how many they are. */
async function byReplicas(shop: TestShop): Promise<Growth[]> {
  const original = shop.run().children.find(({ name }) => name === REPLICATED)?.pid ?? 0;
  const replicas: ChildProcess[] = [];
  const ports: number[] = [];
  const cpu: Growth['points'] = [];
  const memory: Growth['points'] = [];
  try {
    for (const count of REPLICAS) {
      progress(`${count} of ${REPLICATED}`);
      const port = FIRST_REPLICA_PORT + count;
      replicas.push(await replicaOf(original, port));
      ports.push(port);
      const pids = replicas.flatMap(({ pid }) => pid ?? []);
      // The newest is as warm as the others.
      await requests([port]);
      cpu.push({ x: count, cost: (await cpuOfWork(pids, () => requests(ports))) / REQUESTS });
      const { totalBytes } = await measureMemory(pids.map((pid) => ({ name: String(pid), pid })));
      memory.push({ x: count, cost: totalBytes / 1e6 });
    }
  } finally {
    for (const replica of replicas) replica.kill();
  }
  const of = `× ${REPLICATED}`;
  return [
    { name: 'CPU of a list of products, its load divided', of, unit: 'ms', points: cpu },
    { name: 'memory of the replicas', of, unit: 'MB', points: memory },
  ];
}

/** Asks for lists of products, each time another of the replicas, evenly in time. */
async function requests(ports: readonly number[]): Promise<void> {
  await evenly(REQUESTS, REQUEST_EVERY_MS, (n) => {
    const port = String(ports[n % ports.length]);
    return fetch(`http://127.0.0.1:${port}/products?category=${MAIN_CATEGORY}&limit=20`);
  });
}

/** By scale and by replicas, each against its first point. The shop is started again. */
export async function measureGrowth(shop: TestShop): Promise<Findings> {
  const scale = await byScale(shop);
  const replicas = await byReplicas(shop);
  return {
    title: 'How the shop grows',
    figures: [],
    growths: [scale, ...replicas],
    notes: [
      'Scales in normal mode: at a peak of an outage scale 4 asks for 280 arrivals and 120 scans a second, more than two processors do.',
    ],
  };
}
