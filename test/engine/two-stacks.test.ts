/** Two stacks on one cluster: one in the outage, the other none the wiser. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { until } from '../harness';
import { TestCluster } from './cluster';
import { summaryOf } from './shop-calls';
import { steps } from './steps';
import { TestStack } from './test-stack';

const step = steps();
const failing = new TestStack('failing', { shop: 32_318, console: 32_320, postgres: 32_332 });
const healthy = new TestStack('healthy', { shop: 32_418, console: 32_420, postgres: 32_432 });

describe('two stacks side by side', () => {
  before(async () => {
    await failing.init();
    await healthy.init();
  });
  after(async () => {
    await Promise.all([failing.dispose(), healthy.dispose()]);
  });

  step('come up both', async () => {
    for (const stack of [failing, healthy]) {
      const { code, output } = await stack.up();
      assert.equal(code, 0, output);
      assert.deepEqual(await (await TestCluster.of(stack)).unready(), []);
    }
  });

  step('have an outage in the one, and none in the other', async () => {
    await failing.set('demoMode', 'blackfriday');
    const { code, output } = await failing.up();
    assert.equal(code, 0, output);
    const demoOf = async (stack: TestStack) => {
      const { windows, scenario } = await summaryOf(String(await stack.output('consoleUrl')));
      return { ...windows.last10s.traffic.demo, mode: scenario.mode };
    };
    await until(
      async () => {
        const { requests, errors } = await demoOf(failing);
        return requests > 0 && errors / requests > 0.2;
      },
      150_000,
      () => 'a fifth of the checkouts to fail',
      1000,
    );
    const { requests, errors, mode } = await demoOf(healthy);
    assert.equal(mode, 'normal');
    assert.ok(requests > 0);
    assert.equal(errors, 0);
  });

  step('are destroyed one without the other', async () => {
    const { code, output } = await failing.destroy();
    assert.equal(code, 0, output);
    assert.equal(await (await TestCluster.of(failing)).namespaceExists(), false);
    assert.deepEqual(await (await TestCluster.of(healthy)).unready(), []);
  });
});
