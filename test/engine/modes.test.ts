/** A stack goes through all modes by its config, straight from each to the next, and its baseline customers see nothing of it. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { z } from 'zod';
import { SCALE_OF_ALL_MODES } from '../../scenario/presets/all';
import { DEMO_MODES, OUTAGES, type DemoMode } from '../../scenario/presets/modes';
import { Browsers } from '../browsers';
import { until } from '../harness';
import { TestCluster } from './cluster';
import { browse, summaryOf } from './shop-calls';
import { steps } from './steps';
import { TestStack } from './test-stack';

const step = steps();
const stack = new TestStack('modes', { shop: 32_518, console: 32_520, postgres: 32_532 });
let cluster: TestCluster;

/** A mode has been met when so many customers have come in ten seconds: those who buy, in an outage. */
const CUSTOMERS = 10;

const statsSchema = z.object({
  baseline: z.looseObject({ total: z.looseObject({ requests: z.number(), errors: z.number() }) }),
});

/** The load generator's own count of its baseline customers. */
async function baseline(): Promise<{ requests: number; errors: number }> {
  const ask = `fetch('http://127.0.0.1:' + process.env.PORT + '/admin/traffic-stats',
    { headers: { authorization: 'Bearer ' + process.env.ADMIN_TOKEN } }).then((r) => r.text()).then(console.log)`;
  const answer = await cluster.inPodOf('load-generator', ['node', '-e', ask]);
  return statsSchema.parse(JSON.parse(answer)).baseline.total;
}

/** Waits until customers have met a mode. */
async function meet(mode: DemoMode, consoleUrl: string): Promise<void> {
  const cohort = mode === 'normal' ? 'baseline' : 'demo';
  let seen = '';
  await until(
    async () => {
      const { scenario, windows } = await summaryOf(consoleUrl);
      const { requests } = windows.last10s.traffic[cohort];
      seen = `${scenario.mode}, minute ${String(scenario.minute)}, ${String(requests)} customers`;
      return (
        scenario.mode === mode && (mode === 'normal' || (scenario.minute ?? 0) >= 1) && requests >= CUSTOMERS
      );
    },
    60_000,
    () => `customers to meet ${mode}, seen: ${seen}`,
    1000,
  );
}

/** Pods with their restarts, but those of the service that a release rolls. */
const generations = async (): Promise<string[]> =>
  (await cluster.generations()).filter((pod) => !pod.startsWith('checkout-'));

describe('the switch between all modes of a stack', () => {
  before(async () => {
    await stack.init();
    await stack.set('traffic.scale', String(SCALE_OF_ALL_MODES), '--path');
    cluster = await TestCluster.of(stack);
  });
  after(() => stack.dispose());

  step('begins with a shop', async () => {
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
  });

  step('costs baseline no request, and restarts nothing but the service with another release', async () => {
    const [shopUrl, consoleUrl] = [
      String(await stack.output('shopUrl')),
      String(await stack.output('consoleUrl')),
    ];
    const running = await generations();
    const before = await baseline();
    const browsers = new Browsers(() => browse(shopUrl));
    browsers.start();
    try {
      for (const mode of [...OUTAGES, DEMO_MODES[0]]) {
        await stack.set('demoMode', mode);
        const { code, output, seconds } = await stack.up();
        assert.equal(code, 0, output);
        await meet(mode, consoleUrl);
        process.stdout.write(`# ${mode}: ${seconds.toFixed(1)} s\n`);
      }
    } finally {
      await browsers.stop();
    }
    assert.deepEqual(browsers.failures, []);
    assert.ok(browsers.served > 100, String(browsers.served));
    const { requests, errors } = await baseline();
    assert.ok(requests > before.requests);
    assert.equal(errors, before.errors);
    assert.deepEqual(await generations(), running);
  });
});
