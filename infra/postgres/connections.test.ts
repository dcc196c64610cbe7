import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requiredConnections } from './connections';

const pools = (max: number) => ({
  recommendation: { max, acquireTimeoutMs: 2000 },
  baseline: { max: 10, acquireTimeoutMs: 1000 },
});

describe('max_connections', () => {
  it('holds twice all pools and 20 in reserve', () => {
    assert.equal(requiredConnections(pools(1000), 100), 2 * (1000 + 10 + 30) + 20);
  });

  it('stays when the pool is widened ten times in an outage', () => {
    assert.equal(requiredConnections(pools(200), 100), requiredConnections(pools(20), 100));
  });

  it('stays when a flip makes the pool smaller: PostgreSQL would restart', () => {
    assert.equal(requiredConnections(pools(20), 400), requiredConnections(pools(400), 400));
  });
});
