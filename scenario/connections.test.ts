import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requiredConnections } from './connections';

const scenario = (max: number, scale: number) => ({
  scale,
  pools: {
    recommendation: { max, acquireTimeoutMs: 2000 },
    baseline: { max: 10, acquireTimeoutMs: 1000 },
  },
});

describe('max_connections', () => {
  it('holds twice all pools and 20 in reserve', () => {
    assert.equal(requiredConnections(scenario(1000, 1)), 2 * (1000 + 10 + 30 + 68) + 20);
  });

  it('stays when the pool is widened ten times in an outage', () => {
    assert.equal(requiredConnections(scenario(200, 1)), requiredConnections(scenario(20, 1)));
  });

  it('stays when a flip makes the pool smaller: PostgreSQL would have to be restarted', () => {
    assert.equal(requiredConnections(scenario(80, 4)), requiredConnections(scenario(400, 4)));
  });

  it('counts what further replicas hold', () => {
    const one = requiredConnections(scenario(20, 4));
    assert.equal(requiredConnections(scenario(20, 4), { checkout: 3 }), one + 2 * 2 * 8);
    assert.equal(requiredConnections(scenario(20, 4), { inventory: 2 }), one + 2 * 68);
  });
});
