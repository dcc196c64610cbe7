/** What a start costs: the shop's second one, its services, its memory, against the smallest server Node can be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { measureMemory } from '../../machine/memory';
import { NODE_FLAGS } from '../../local/processes/service-processes';
import { CATALOG } from '../../services/catalog';
import type { TestShop } from '../../test/harness';
import type { Figure } from './figure';
import { cpuMs, median } from './measure';

const HELLO = `require('node:http').createServer((request, response) => response.end('hello')).listen(0, () => console.log('ready'))`;
const HELLOS = 5;

/** CPU, time and memory of a hello-world server until it listens. */
async function hello(): Promise<{ cpu: number; wall: number; bytes: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, '-e', HELLO], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  const wall = performance.now() - startedAt;
  const { totalBytes } = await measureMemory([{ name: 'hello', pid }]);
  const found = { cpu: cpuMs([pid]), wall, bytes: totalBytes };
  child.kill();
  return found;
}

/**
 * Of a shop that was started, stopped, and started again now.
 *
 * @param secondStartMs from the runner's start to the shop's readiness
 */
export async function measureStart(shop: TestShop, secondStartMs: number): Promise<Figure[]> {
  const { children, runner } = shop.run();
  const services = children.filter(({ name }) => CATALOG.some((entry) => entry.name === name));
  const cpus = services.map(({ pid }) => cpuMs([pid]));
  const hellos: Awaited<ReturnType<typeof hello>>[] = [];
  for (let round = 0; round < HELLOS; round += 1) hellos.push(await hello());
  const memory = await measureMemory([...children, { name: 'runner', pid: runner.pid }]);
  const against = (
    pick: (found: (typeof hellos)[number]) => number,
  ): Pick<Figure, 'against' | 'reference'> => ({
    against: median(hellos.map(pick)),
    reference: 'hello-world server',
  });
  const plain = { goal: null, digits: 0 } as const;
  return [
    { ...plain, name: 'second start', value: secondStartMs, unit: 'ms', ...against(({ wall }) => wall) },
    {
      ...{ ...plain, name: 'CPU of a start, median of the services', value: median(cpus) },
      ...{ unit: 'ms', ...against(({ cpu }) => cpu) },
    },
    {
      ...{ ...plain, name: 'CPU of a start, the dearest service', value: Math.max(...cpus) },
      ...{ unit: 'ms', ...against(({ cpu }) => cpu) },
    },
    {
      ...{ ...plain, name: `memory in all (${memory.kind})`, value: memory.totalBytes / 1e6 },
      ...{ unit: 'MB', ...against(({ bytes }) => bytes / 1e6) },
    },
  ];
}
