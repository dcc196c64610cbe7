import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { EffectiveScenario } from '../../scenario/types';
import { recommendationSize } from './pools';

function effective(config: Record<string, unknown>): EffectiveScenario {
  const scenario = resolveScenario(parseScenarioConfig(config), { nowSeconds: 1_000 });
  return {
    scenario,
    source: 'desired',
    startTimestamp: scenario.startTimestamp,
    pausedAt: null,
    expiresAt: null,
  };
}

describe('recommendationSize', () => {
  it('is the total, divided among the replicas', () => {
    const outage = effective({ demoMode: 'blackfriday' });
    assert.equal(recommendationSize(outage, 1).max, 20);
    assert.equal(recommendationSize(outage, 2).max, 10);
  });

  it('leaves every replica a connection', () => {
    assert.equal(recommendationSize(effective({ demoMode: 'blackfriday' }), 50).max, 1);
  });

  it('takes the acquire timeout and a longer statement timeout along', () => {
    const size = recommendationSize(effective({ demoMode: 'blackfriday' }), 1);
    assert.equal(size.acquireTimeoutMs, 2_000);
    assert.ok(size.statementTimeoutMs > size.acquireTimeoutMs);
  });
});
