import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SERVICE_NAMES } from '../../services/catalog';
import { TestShop, until } from '../harness';
import { BACK_WITHIN_MS, type ChaosShop } from './chaos-shop';

/** The shop of `npm start`, a process for each service. */
export class LocalChaosShop implements ChaosShop {
  readonly place = 'on `npm start`';
  readonly env = {};
  readonly moreMinutes = 0;
  private readonly shop = new TestShop(
    `chaos-${String(process.pid)}`,
    ['--rows', '100000', '--scale', '0.25'],
    6_000,
  );

  get options(): string[] {
    return ['--data', this.shop.dataDir, '--stack', this.shop.stack];
  }

  get shopUrl(): string {
    return this.shop.url('frontend').replace(/\/$/, '');
  }

  get runsDir(): string {
    return join(this.shop.dataDir, 'runs');
  }

  async start(): Promise<void> {
    this.shop.configure({ demoMode: 'normal' });
    await this.shop.start();
  }

  dispose(): Promise<void> {
    return this.shop.dispose();
  }

  async kill(name: string): Promise<number> {
    const found = this.shop.run().children.find((child) => child.name === name);
    assert.ok(found, `${name} is not in run.json`);
    const started = performance.now();
    // PostgreSQL with all its back ends, as a container's end would: nothing is left to write out what is in memory.
    for (const pid of [found.pid, ...(name === 'postgresql' ? childrenOf(found.pid) : [])]) killHard(pid);
    await until(
      async () => {
        const next = this.shop.run().children.find((child) => child.name === name);
        if (next === undefined || next.pid === found.pid) return false;
        if (name === 'postgresql') return (await this.sql('select 1').catch(() => [])).length === 1;
        if (name === 'redis') return true;
        const answer = await this.shop.request(name, '/readyz').catch(() => null);
        return answer?.status === 200;
      },
      BACK_WITHIN_MS,
      () => `${name} to come back`,
      100,
    );
    return performance.now() - started;
  }

  async unready(): Promise<string[]> {
    const answers = await Promise.all(
      SERVICE_NAMES.map(async (name) => ({ name, ...(await this.shop.request(name, '/readyz')) })),
    );
    return answers.flatMap(({ name, status, body }) =>
      status === 200 ? [] : [`${name}: ${String(status)} ${JSON.stringify(body)}`],
    );
  }

  sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.shop.sql<Row>(text, values);
  }
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]));
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // A back end that has just ended.
  }
}
