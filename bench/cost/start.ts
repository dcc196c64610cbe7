/** What a start costs: the shop's, its services', its memory, against the smallest server Node can be, and Node itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { measureMemory } from '../../machine/memory';
import { NODE_FLAGS } from '../../local/processes/service-processes';
import { CATALOG } from '../../services/catalog';
import type { TestShop } from '../../test/harness';
import type { Figure, Findings } from './figure';
import { cpuMs, median } from './measure';
import { progress } from './progress';

const SECOND_STARTS = 3;
const ROUNDS = 5;

/** What it has used so far (ms). */
const TELL = `const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);`;
const NOTHING = TELL;
const HELLO = `require('node:http').createServer((request, response) => response.end('hello')).listen(0, () => {${TELL}})`;

/** Of a program until it says that it is there: CPU and time (ms). */
interface Cost {
  cpu: number;
  wall: number;
}

/** @param look at it while it is there */
async function costOf(program: string, look?: (pid: number) => Promise<void>): Promise<Cost> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [told] = (await once(child.stdout, 'data')) as [Buffer];
  const wall = performance.now() - startedAt;
  await look?.(child.pid ?? 0);
  child.kill();
  await ended;
  return { cpu: Number(told.toString()), wall };
}

/** A shop that has just become ready: how long it took, and CPU (ms) by process. */
async function start(shop: TestShop): Promise<{ wall: number; cpus: Record<string, number> }> {
  const wall = await shop.start();
  return { wall, cpus: Object.fromEntries(processesOf(shop).map(({ name, pid }) => [name, cpuMs([pid])])) };
}

function processesOf(shop: TestShop): { name: string; pid: number }[] {
  const { children, runner } = shop.run();
  return [...children, { name: 'runner', pid: runner.pid }];
}

/** Memory of all processes that a shop runs, against as many of the smallest servers. @param atMostMb the goal */
export async function memoryOf(shop: TestShop, name: string, atMostMb: number): Promise<Figure> {
  const processes = processesOf(shop);
  const { kind, totalBytes } = await measureMemory(processes);
  const hellos: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await costOf(HELLO, async (pid) => {
      hellos.push((await measureMemory([{ name: 'hello', pid }])).totalBytes);
    });
  }
  return {
    name: `${name} (${kind})`,
    value: totalBytes / 1e6,
    reference: helloServers(processes.length),
    against: (median(hellos) * processes.length) / 1e6,
    unit: 'MB',
    digits: 0,
    goal: { of: 'cost', atMost: atMostMb },
  };
}

const helloServers = (count: number): string => `${count} hello-world servers`;

const middleOf = (costs: readonly Cost[]): Cost => ({
  cpu: median(costs.map(({ cpu }) => cpu)),
  wall: median(costs.map(({ wall }) => wall)),
});

/** Of a shop that was never started: its first start, and those after it. It runs afterwards. */
export async function measureStart(shop: TestShop): Promise<Findings> {
  progress('first start: an empty data folder');
  const first = await start(shop);
  const later: Awaited<ReturnType<typeof start>>[] = [];
  for (let round = 0; round < SECOND_STARTS; round += 1) {
    await shop.stop();
    progress(`second start, ${round + 1} of ${SECOND_STARTS}`);
    later.push(await start(shop));
  }
  const costs = { hello: [] as Cost[], nothing: [] as Cost[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.hello.push(await costOf(HELLO));
    costs.nothing.push(await costOf(NOTHING));
  }
  const hello = middleOf(costs.hello);
  const cpuOf = (name: string): number => median(later.map(({ cpus }) => cpus[name] ?? NaN));
  const services = CATALOG.map(({ name }) => name).sort((a, b) => cpuOf(a) - cpuOf(b));
  const count = processesOf(shop).length;

  const time = { unit: 'ms', digits: 0, reference: 'a hello-world server', against: hello.wall };
  const ofService = (which: string, name: string): Figure => ({
    ...{ name: `CPU of a service's start, ${which}: ${name}`, value: cpuOf(name), unit: 'ms', digits: 0 },
    ...{ reference: 'a hello-world server', against: hello.cpu, goal: { of: 'cost', atMost: 400 } },
  });
  const middle = ofService('the median', services[Math.floor(services.length / 2)] ?? '');
  return {
    title: 'A start',
    figures: [
      { ...time, name: 'first start, until ready', value: first.wall, goal: null },
      {
        ...{ ...time, name: 'second start, until ready', value: median(later.map(({ wall }) => wall)) },
        goal: { of: 'cost', atMost: 3000 },
      },
      {
        ...{ ...time, name: 'CPU of a second start, everything' },
        value: median(later.map(({ cpus }) => Object.values(cpus).reduce((sum, cpu) => sum + cpu, 0))),
        ...{ reference: helloServers(count), against: hello.cpu * count, goal: null },
      },
      ofService('the cheapest', services[0] ?? ''),
      middle,
      {
        ...{ ...middle, reference: 'node itself' },
        against: middleOf(costs.nothing).cpu,
      },
      ofService('the dearest', services.at(-1) ?? ''),
      await memoryOf(shop, 'memory of everything after a start', 600),
    ],
    growths: [],
    notes: [
      'A first start has an empty data folder and makes the catalog; all packages are installed: what npm takes depends on its cache and its line.',
    ],
  };
}
