import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictedFlowAlertMinute } from '../../flow-prediction';
import { presetOf } from '../../presets/all';
import { resolveScenario } from '../../resolve';
import type { Ablation, Scenario } from '../../types';
import { customerOf, lifetimeSeconds, LONG_TTL_SECONDS } from './document';
import { emptiedAt, simulateStampede, stampedeFaults } from './law';

const stampede = (scale: number, minuteSeconds: number, ablation: Ablation | null = null): Scenario =>
  resolveScenario(
    { demoMode: 'cache-stampede', minuteSeconds, traffic: { scale } },
    { nowSeconds: 0, startTimestamp: 0, ablation },
  );
const errorRates = ({ expectations }: Scenario): number[] =>
  expectations.map(({ predicted }) => predicted.errorRate);
const { curve, causes } = presetOf('cache-stampede');
const FAILING_FROM = 8;
const SPEEDS = [60, 30, 6];
const SCALES = [1, 0.5, 0.25];

for (const scale of SCALES)
  for (const minuteSeconds of SPEEDS)
    test(`cache-stampede at scale ${scale}, minutes of ${minuteSeconds} s: nothing fails before the cache is emptied, and it stays failing after`, () => {
      const seen = errorRates(stampede(scale, minuteSeconds));
      assert.ok(
        seen.slice(0, 7).every((rate) => rate < 0.01),
        seen.slice(0, 7).join(),
      );
      const after = seen.slice(FAILING_FROM);
      assert.ok(
        after.every((rate) => rate > 0.6 && rate < 0.97),
        after.join(),
      );
    });

test('the cache is whole for as long as nobody empties it: the load alone breaks nothing', () => {
  for (const minuteSeconds of SPEEDS) {
    const scenario = stampede(0.25, minuteSeconds);
    const minutes = simulateStampede(
      { ...scenario, cache: { ...scenario.cache, emptiedAt: null } },
      { connections: 5, acquireTimeoutMs: 2000, hold: 600, basis: '' },
    );
    assert.ok(
      minutes.every(({ errorRate }) => errorRate < 0.01),
      String(minuteSeconds),
    );
  }
});

test('with a single flight, or kept longer, it fills again; with the index or a large pool it never fails', () => {
  for (const scale of SCALES)
    for (const minuteSeconds of SPEEDS) {
      for (const ablation of ['single-flight', 'ttl'] as const) {
        const seen = errorRates(stampede(scale, minuteSeconds, ablation));
        assert.ok(Math.max(...seen.slice(7, 10)) > 0.05, `${ablation}: the trigger shows`);
        assert.deepEqual(
          seen.slice(25).filter((rate) => rate > 0.02),
          [],
          `${ablation} at ${scale}, ${minuteSeconds} s`,
        );
      }
      for (const ablation of ['index', 'pool'] as const)
        assert.ok(Math.max(...errorRates(stampede(scale, minuteSeconds, ablation))) < 0.01, ablation);
    }
});

test('it is held against its prediction, and an ablated run knows what it would have been', () => {
  const scenario = stampede(0.25, 6);
  for (const { minute, targetErrorRate, predicted, graded } of scenario.expectations) {
    assert.equal(targetErrorRate, predicted.errorRate);
    assert.equal(graded, minute >= 1 && curve.some((point) => point.minute === minute));
  }
  const targets = ({ expectations }: Scenario) => expectations.map(({ targetErrorRate }) => targetErrorRate);
  assert.deepEqual(targets(stampede(0.25, 6, 'ttl')), targets(scenario));
});

test('the flow alert is predicted for the minute at which the others are staged, and for no ablation', () => {
  for (const minuteSeconds of SPEEDS)
    for (const scale of SCALES) assert.equal(predictedFlowAlertMinute(stampede(scale, minuteSeconds)), 22);
  for (const ablation of ['single-flight', 'ttl', 'index', 'pool'] as const)
    assert.equal(predictedFlowAlertMinute(stampede(0.25, 6, ablation)), null);
});

test('the law: the cache is whole while K·s/N is below T; emptied, it does not fill in T, but in the longer one', () => {
  const own = causes['cache-stampede'];
  assert.ok(own);
  const pool = { connections: 20, scanSeconds: 0.6, rpm: 4200 };
  assert.ok((own.customers * pool.scanSeconds) / pool.connections < own.ttlSeconds);
  const { connections, scanSeconds, rpm } = pool;
  const drained = (own.customers * scanSeconds) / connections - own.customers / (rpm / 60);
  const seconds = drained / (1 - own.impatient.share);
  assert.ok(seconds > own.ttlSeconds && seconds < LONG_TTL_SECONDS, String(seconds));
});

test('every customer comes, the impatient are evenly spread, lifetimes are around their mean', () => {
  const cache = { customers: 90, impatient: { share: 0.96, patienceMs: 1800 } };
  const orders = Array.from({ length: 3000 }, (_, n) => customerOf(cache, n + 1));
  assert.equal(new Set(orders.map(({ customer }) => customer)).size, 90);
  const impatient = orders.filter(({ isImpatient }) => isImpatient).length / orders.length;
  assert.ok(Math.abs(impatient - 0.96) < 0.01, String(impatient));
  const lifetimes = Array.from({ length: 500 }, (_, n) => lifetimeSeconds(16, n));
  assert.deepEqual([Math.min(...lifetimes), Math.max(...lifetimes)], [11, 21]);
  assert.ok(Math.abs(lifetimes.reduce((sum, each) => sum + each, 0) / 500 - 16) < 0.3);
  assert.equal(lifetimeSeconds(1, 0), 1);
});

test('a curve says when the cache is emptied, and is refused where nothing can be in between, or it would have to recover', () => {
  const points = (...rates: [minute: number, errorRate: number][]) =>
    rates.map(([minute, errorRate]) => ({ minute, rpm: 1000, errorRate }));
  assert.equal(emptiedAt(curve), 7.5);
  assert.equal(emptiedAt(points([0, 0], [5, 0])), null);
  const fault = (...rates: [number, number][]) =>
    stampedeFaults(points(...rates)).map(({ index, field }) => [index, field]);
  assert.deepEqual(fault([0, 0], [5, 0], [7, 0.7], [9, 0.2]), []);
  assert.deepEqual(fault([0, 0], [5, 0], [6, 0.7]), [[2, 'minute']]);
  assert.deepEqual(fault([0, 0.5], [5, 0.5]), [[0, 'minute']]);
  assert.deepEqual(fault([0, 0], [5, 0.7], [9, 0]), [[2, 'errorRate']]);
});
