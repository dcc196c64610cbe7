import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HEALTHY_RELEASE } from '../causes/bad-release/document';
import { resolveScenario } from '../resolve';
import { requiredConnections } from './connections';

const scenario = (max: number, scale: number) => ({
  scale,
  orders: HEALTHY_RELEASE.orders,
  pools: {
    recommendation: { max, acquireTimeoutMs: 2000 },
    baseline: { max: 10, acquireTimeoutMs: 1000 },
  },
});

describe('max_connections', () => {
  it('holds twice all pools and 20 in reserve', () => {
    assert.equal(requiredConnections(scenario(1000, 1)), 2 * (1000 + 10 + 71 + 133 + 4 + 22) + 20);
  });

  it('stays when the pool is widened ten times in an outage', () => {
    assert.equal(requiredConnections(scenario(200, 1)), requiredConnections(scenario(20, 1)));
  });

  it('stays when a flip makes the pool smaller: PostgreSQL would have to be restarted', () => {
    assert.equal(requiredConnections(scenario(80, 4)), requiredConnections(scenario(400, 4)));
  });

  it('counts what further replicas hold', () => {
    const one = requiredConnections(scenario(20, 4));
    assert.equal(requiredConnections(scenario(20, 4), { checkout: 3 }), one + 2 * 2);
    assert.equal(requiredConnections(scenario(20, 4), { inventory: 2 }), one + 2 * 133);
    assert.equal(requiredConnections(scenario(20, 4), { notification: 3 }), one + 2 * 8);
  });

  it('stays when an outage gives checkout a larger pool, at any scale', () => {
    for (const scale of [0.25, 1, 4]) {
      const [calm, outage] = (['normal', 'bad-release'] as const).map((demoMode) =>
        resolveScenario({ demoMode, traffic: { scale }, minuteSeconds: 60 }, { nowSeconds: 0 }),
      );
      assert.ok(calm && outage && outage.orders.pool.max > calm.orders.pool.max);
      assert.equal(requiredConnections(outage), requiredConnections(calm), String(scale));
    }
  });
});
