import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ablate, withoutAblation } from './ablate';
import { resolveScenario } from './resolve';
import type { Ablation, Scenario } from './types';

const resolved = (ablation: Ablation | null = null): Scenario =>
  resolveScenario(
    { demoMode: 'blackfriday', minuteSeconds: 6, catalogRows: 100_000 },
    { nowSeconds: 0, startTimestamp: 0, ablation, scaleDefault: 0.25, runIdSuffix: 'x' },
  );

describe('ablate', () => {
  const original = resolved();

  for (const ablation of ['index', 'pool'] as const) {
    it(`${ablation}: from the first minute it is the scenario that would have been resolved so`, () => {
      assert.deepEqual(ablate(original, original, ablation, 0), resolved(ablation));
    });
  }

  it('in mid-run keeps what was predicted before, and predicts no failure after', () => {
    const after = ablate(original, original, 'index', 20.4);
    const rate = (scenario: Scenario, minute: number): number =>
      scenario.expectations[minute]?.predicted.errorRate ?? Number.NaN;
    assert.equal(rate(after, 19), rate(original, 19));
    assert.ok(rate(original, 20) > 0.7);
    assert.equal(rate(after, 20), 0);
    assert.equal(rate(after, 29), 0);
  });

  it('none puts the causes back', () => {
    assert.deepEqual(ablate(original, ablate(original, original, 'pool', 0), null, 0), original);
  });
});

describe('withoutAblation', () => {
  it('is what the preset makes', () => {
    const { expectations, ...rest } = withoutAblation(resolved('index'));
    const { expectations: expected, ...wanted } = resolved();
    assert.deepEqual(rest, wanted);
    assert.deepEqual(
      expectations.map(({ predicted }) => predicted),
      expected.map(({ predicted }) => predicted),
    );
  });
});
