import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKubernetes } from '../../cli/target/cluster';
import { TestCluster } from '../engine/cluster';
import { TestStack } from '../engine/test-stack';
import { until } from '../harness';
import { BACK_WITHIN_MS, type ChaosShop } from './chaos-shop';

/** A deployed stack of its own (test/engine/settings.ts says where), a pod for each service. */
export class StackChaosShop implements ChaosShop {
  readonly place = 'on a stack of a Kubernetes cluster of one node';
  readonly moreMinutes = 2;
  shopUrl = '';
  private readonly stack = new TestStack('chaos', { shop: 32_518, console: 32_520, postgres: 32_532 });
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'ecommerce-demo-chaos-'));
  private cluster: TestCluster | null = null;

  get options(): string[] {
    return ['--target', 'stack', '--stack', this.stack.name, '--data', this.dataDir];
  }

  get env(): NodeJS.ProcessEnv {
    return this.stack.env;
  }

  get runsDir(): string {
    return join(this.dataDir, 'stacks', this.stack.name, 'runs');
  }

  async start(): Promise<void> {
    // A shop of this machine does without the packages of the Pulumi program: they come when a stack needs them.
    await loadKubernetes({ line: console.log });
    await this.stack.init();
    const { code, output } = await this.stack.up();
    assert.equal(code, 0, output);
    this.cluster = await TestCluster.of(this.stack);
    this.shopUrl = String(await this.stack.output('shopUrl'));
  }

  async dispose(): Promise<void> {
    rmSync(this.dataDir, { recursive: true, force: true });
    await this.stack.dispose();
  }

  async kill(name: string): Promise<number> {
    const started = performance.now();
    const gone = await this.running.killPods(name);
    assert.ok(gone.length > 0, `${name} has no pod`);
    await until(
      async () => (await this.running.readyPods(name).catch(() => [])).some((uid) => !gone.includes(uid)),
      BACK_WITHIN_MS,
      () => `${name} to come back`,
      100,
    );
    return performance.now() - started;
  }

  unready(): Promise<string[]> {
    return this.running.unready();
  }

  async sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.running.sql(text, 'ecommerce', values)) as Row[];
  }

  private get running(): TestCluster {
    if (this.cluster === null) throw new Error('the stack is not up');
    return this.cluster;
  }
}
