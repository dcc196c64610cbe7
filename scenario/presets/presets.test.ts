import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actsOf } from './acts';
import { presetOf } from './all';
import { JOURNEYS } from '../types';

test("blackfriday is seed 001's table", () => {
  assert.deepEqual(
    presetOf('blackfriday').curve.map((p) => [p.minute, p.rpm, p.errorRate]),
    [
      [0, 0, 0],
      [1, 800, 0.02],
      [5, 2100, 0.15],
      [10, 3400, 0.45],
      [15, 4200, 0.65],
      [20, 4200, 0.78],
      [25, 4200, 0.78],
    ],
  );
});

test('the four acts begin with what they show', () => {
  const acts = actsOf(presetOf('blackfriday').curve).map((act) => [act.fromMinute, act.name]);
  assert.deepEqual(acts, [
    [0, 'calm'],
    [2, 'black_friday_begins'],
    [12, 'catastrophe'],
    [24, 'investigation'],
  ]);
});

test('a mild curve has no catastrophe, a harmless one only the calm', () => {
  const mild = actsOf([
    { minute: 0, rpm: 100, errorRate: 0 },
    { minute: 10, rpm: 100, errorRate: 0.3 },
  ]);
  assert.deepEqual(
    mild.map((act) => act.name),
    ['calm', 'black_friday_begins', 'investigation'],
  );
  assert.deepEqual(
    actsOf([{ minute: 0, rpm: 100, errorRate: 0.01 }]).map((act) => act.name),
    ['calm'],
  );
});

test("V3 has seed 004's phases; weights add up to one and shift towards browsing", () => {
  const { phases, curve } = presetOf('blackfriday-v3');
  const resolved = phases(curve);
  assert.deepEqual(
    resolved.map((phase) => [phase.fromMinute, phase.name]),
    [
      [0, 'ramp'],
      [10, 'peak'],
      [15, 'degradation'],
      [20, 'critical'],
      [25, 'peak_failure'],
    ],
  );
  let browsing = 0;
  for (const { journeyWeights } of resolved) {
    assert.ok(journeyWeights);
    const sum = JOURNEYS.reduce((total, journey) => total + journeyWeights[journey], 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
    assert.ok(journeyWeights.browse_only >= browsing);
    browsing = journeyWeights.browse_only;
  }
  assert.ok(browsing > 0.5);
});
