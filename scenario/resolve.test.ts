import path from 'node:path';
import { loadScenarioConfig } from './config/config-file';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from './config/config-error';
import { predictionOf } from './causes/all';
import { resolveScenario } from './resolve';
import type { ScenarioConfig } from './config/schema';

const now = 1_800_000_000.4;
const resolve = (config: ScenarioConfig, options = {}) =>
  resolveScenario(config, { nowSeconds: now, ...options });
const errorRates = (config: ScenarioConfig, options = {}) =>
  resolve(config, options).expectations.map((minute) => minute.predicted.errorRate);

for (const scale of [1, 0.25]) {
  for (const minuteSeconds of [60, 6]) {
    test(`V4 at scale ${scale}, ${minuteSeconds} s minutes: prediction within 5 points where graded`, () => {
      const { expectations } = resolve({ demoMode: 'blackfriday', minuteSeconds, traffic: { scale } });
      const graded = expectations.filter((minute) => minute.graded);
      assert.deepEqual(
        graded.map(({ minute, targetErrorRate }) => [minute, targetErrorRate]),
        [
          [1, 0.02],
          [5, 0.15],
          [10, 0.45],
          [15, 0.65],
          [20, 0.78],
          [25, 0.78],
        ],
      );
      for (const { predicted, targetErrorRate } of graded) {
        assert.ok(Math.abs(predicted.errorRate - targetErrorRate) <= 0.05);
      }
    });
  }
}

test('short minutes keep to the curve throughout: capacity is solved for the requests that came one timeout before', () => {
  for (const scale of [1, 0.25]) {
    const { expectations } = resolve({ demoMode: 'blackfriday', minuteSeconds: 10, traffic: { scale } });
    for (const { minute, predicted, targetErrorRate } of expectations.slice(5)) {
      const difference = Math.abs(predicted.errorRate - targetErrorRate);
      assert.ok(difference <= 0.0095, `scale ${scale}, minute ${minute}: ${difference.toFixed(4)}`);
    }
  }
});

test('normal mode has both cohorts, every index, the large pool, and no run', () => {
  const scenario = resolve({ traffic: { scale: 0.25 } });
  assert.equal(scenario.runId, 'normal');
  assert.equal(scenario.startTimestamp, null);
  assert.deepEqual(scenario.traffic, { baselineRpm: 25, normalDemoRpm: 15, demoPoints: [] });
  assert.deepEqual(new Set(Object.values(scenario.indexes)), new Set(['present']));
  assert.equal(scenario.pools.recommendation.max, 25);
  assert.deepEqual(scenario.storage.steps, []);
  assert.deepEqual(scenario.expectations, []);
  assert.deepEqual(scenario.phases, []);
});

test('the scale multiplies every rate and the recommendation pool, and no more', () => {
  const one = resolve({ demoMode: 'blackfriday' });
  const quarter = resolve({ demoMode: 'blackfriday' }, { scaleDefault: 0.25 });
  assert.equal(quarter.scale, 0.25);
  assert.equal(quarter.pools.recommendation.max, 5);
  assert.deepEqual(quarter.pools.baseline, one.pools.baseline);
  assert.deepEqual(
    quarter.traffic.demoPoints.map((point) => point.rpm * 4),
    one.traffic.demoPoints.map((point) => point.rpm),
  );
  assert.equal(quarter.traffic.baselineRpm, 25);
  assert.deepEqual(quarter.storage.steps, one.storage.steps);
  assert.equal(
    resolve({ demoMode: 'blackfriday', traffic: { scale: 0.001 + 0.049 } }).pools.recommendation.max,
    1,
  );
});

test('config decides the scale, not the default of the front door; V3 needs at least 1', () => {
  assert.equal(resolve({ traffic: { scale: 2 } }, { scaleDefault: 0.25 }).scale, 2);
  assert.equal(resolve({ demoMode: 'blackfriday-v3' }, { scaleDefault: 0.25 }).scale, 1);
  assert.throws(
    () => resolve({ demoMode: 'blackfriday-v3', traffic: { scale: 0.5 } }),
    (error) => error instanceof ConfigError && error.faults[0]?.key === 'traffic.scale',
  );
});

test('minute 0: config, else the stamp handed in, else now and the delay', () => {
  assert.equal(resolve({ demoMode: 'blackfriday' }).startTimestamp, 1_800_000_021);
  assert.equal(resolve({ demoMode: 'blackfriday', startDelaySeconds: 5 }).startTimestamp, 1_800_000_006);
  assert.equal(
    resolve({ demoMode: 'blackfriday' }, { startTimestamp: 1_799_999_000 }).startTimestamp,
    1_799_999_000,
  );
  const fixed = resolve(
    { demoMode: 'blackfriday', demoStartTimestamp: 1_700_000_000, demoRun: 3 },
    { startTimestamp: 1, runIdSuffix: 'a1' },
  );
  assert.equal(fixed.startTimestamp, 1_700_000_000);
  assert.equal(fixed.runId, 'blackfriday-3-1700000000-a1');
});

test('the same config and clock give the same document, and JSON keeps it', () => {
  const config: ScenarioConfig = { demoMode: 'blackfriday', minuteSeconds: 6 };
  assert.deepEqual(resolve(config), resolve(config));
  assert.deepEqual(JSON.parse(JSON.stringify(resolve(config))), resolve(config));
});

test('ablations shrink the outage and leave the scan times: index', () => {
  const whole = resolve({ demoMode: 'blackfriday' });
  const ablated = resolve({ demoMode: 'blackfriday' }, { ablation: 'index' });
  assert.equal(ablated.indexes.idx_products_category, 'present');
  assert.equal(ablated.pools.recommendation.max, 20);
  assert.deepEqual(ablated.storage, whole.storage);
  assert.ok(ablated.expectations.every(({ predicted, graded }) => predicted.errorRate === 0 && !graded));
});

test('ablations shrink the outage and leave the scan times: pool', () => {
  const ablated = resolve({ demoMode: 'blackfriday' }, { ablation: 'pool', scaleDefault: 0.25 });
  assert.equal(ablated.pools.recommendation.max, 25);
  assert.equal(ablated.indexes.idx_products_category, 'absent');
  assert.ok(ablated.expectations.every(({ predicted }) => predicted.errorRate < 0.05));
  assert.ok((ablated.expectations[22]?.predicted.p95Ms ?? 0) > 1000);
});

test('config overrides are ablations too', () => {
  const whole = resolve({ demoMode: 'blackfriday' });
  const wide = resolve({ demoMode: 'blackfriday', pool: { max: 200 }, traffic: { scale: 0.5 } });
  assert.equal(wide.pools.recommendation.max, 100);
  assert.deepEqual(wide.storage, whole.storage);
  assert.equal(Math.max(...wide.expectations.map(({ predicted }) => predicted.errorRate)), 0);
  const indexed = errorRates({ demoMode: 'blackfriday', indexes: { idx_products_category: 'present' } });
  assert.equal(Math.max(...indexed), 0);
  const larger = errorRates({ demoMode: 'blackfriday', pool: { max: 40 } });
  const usual = whole.expectations[22]?.predicted.errorRate ?? NaN;
  assert.ok((larger[22] ?? NaN) < usual - 0.15 && (larger[22] ?? NaN) > 0.3);
});

test('normal heals whatever config says of the outage', () => {
  const stated = { indexes: { idx_products_category: 'absent' }, pool: { max: 20 } } as const;
  const { indexes, pools } = resolve({ demoMode: 'normal', ...stated });
  assert.equal(indexes.idx_products_category, 'present');
  assert.equal(pools.recommendation.max, 100);
});

test('Pulumi.blackfriday.yaml states what the preset says: its run is graded like one that states nothing', () => {
  const file = path.join(__dirname, '..', '..', 'Pulumi.blackfriday.yaml');
  const stated = loadScenarioConfig(file);
  assert.deepEqual([stated.pool?.max, stated.indexes?.idx_products_category], [20, 'absent']);
  for (const scale of [0.25, 1]) {
    const [own, preset] = [stated, { demoMode: 'blackfriday', startDelaySeconds: 60 } as const].map(
      (config) => resolve({ ...config, traffic: { scale } }),
    );
    assert.deepEqual(own, preset);
  }
});

test('a run whose cause was changed, or without storage emulation, is not graded', () => {
  const isGraded = (config: ScenarioConfig) =>
    resolve({ demoMode: 'blackfriday', ...config }).expectations.some((minute) => minute.graded);
  assert.ok(isGraded({}));
  assert.ok(isGraded({ pool: { max: 20 } }));
  assert.ok(!isGraded({ pool: { max: 21 } }));
  assert.ok(!isGraded({ pool: { acquireTimeoutMs: 1999 } }));
  assert.ok(!isGraded({ storageEmulation: false }));
  assert.ok(!isGraded({ indexes: { idx_products_category_active: 'absent' } }));
  assert.ok(!isGraded({ minuteSeconds: 5 }));
  assert.ok(!isGraded({ demoMode: 'blackfriday-v3', minuteSeconds: 29 }));
  assert.ok(isGraded({ demoMode: 'blackfriday-v3', minuteSeconds: 30 }));
});

test('each caller waits longer than the one before, and a statement longer than any scan', () => {
  for (const config of [
    {},
    { demoMode: 'blackfriday' },
    { demoMode: 'blackfriday-v3' },
    { demoMode: 'blackfriday', pool: { acquireTimeoutMs: 9000 } },
    { demoMode: 'blackfriday', traffic: { demoPeakRpm: 120 } },
  ] satisfies ScenarioConfig[]) {
    const { timeouts, pools, storage } = resolve(config);
    const scan = Math.max(0, ...storage.steps.map((step) => step.scanMs));
    assert.ok(timeouts.statementMs >= 2 * scan);
    assert.ok(timeouts.recommendationsMs >= pools.recommendation.acquireTimeoutMs + scan + 500);
    assert.ok(timeouts.demoRequestMs > timeouts.recommendationsMs);
  }
  assert.equal(resolve({ demoMode: 'blackfriday' }).timeouts.demoRequestMs, 6000);
  assert.equal(resolve({ demoMode: 'blackfriday-v3' }).timeouts.demoRequestMs, 9000);
});

test('V3 drops both indexes, keeps three connections and shows its curve', () => {
  const scenario = resolve({ demoMode: 'blackfriday-v3' });
  assert.deepEqual(scenario.indexes, {
    idx_products_category: 'absent',
    idx_products_category_active: 'present',
    idx_products_stock_quantity: 'absent',
  });
  assert.deepEqual(scenario.pools.recommendation, { max: 3, acquireTimeoutMs: 5000 });
  for (const { predicted, targetErrorRate, graded } of scenario.expectations) {
    if (graded) assert.ok(Math.abs(predicted.errorRate - targetErrorRate) <= 0.03);
  }
});

test('an own outage: the compiler finds pool and scans for it', () => {
  const curve = [
    { minute: 2, rpm: 120, errorRate: 0 },
    { minute: 5, rpm: 120, errorRate: 0.4 },
    { minute: 10, rpm: 120, errorRate: 0.4 },
  ];
  const scenario = resolve({ demoMode: 'blackfriday', curve, durationMinutes: 12 });
  // 1.2 answered a second, five seconds at most: six connections.
  assert.equal(scenario.pools.recommendation.max, 6);
  assert.equal(scenario.expectations.length, 12);
  for (const minute of [5, 10]) {
    const expected = scenario.expectations[minute];
    assert.ok(expected?.graded);
    assert.ok(Math.abs(expected.predicted.errorRate - 0.4) <= 0.05, String(expected.predicted.errorRate));
  }
  assert.deepEqual(
    scenario.phases.map((phase) => phase.name),
    ['calm', 'black_friday_begins', 'investigation'],
  );
});

test('other rates keep the error rates', () => {
  const { expectations, pools } = resolve({ demoMode: 'blackfriday', traffic: { demoPeakRpm: 120 } });
  assert.ok(pools.recommendation.max < 20);
  for (const { graded, predicted, targetErrorRate } of expectations) {
    if (graded) assert.ok(Math.abs(predicted.errorRate - targetErrorRate) <= 0.05);
  }
});

test('the prediction says what it rests on', () => {
  assert.match(
    predictionOf(resolve({ demoMode: 'blackfriday', storageEmulation: false })).basis,
    /80 ms.*not graded/,
  );
  assert.match(
    predictionOf(resolve({ demoMode: 'blackfriday' }, { ablation: 'index' })).basis,
    /index present/,
  );
  assert.match(predictionOf(resolve({ demoMode: 'blackfriday' })).basis, /solved scan times/);
});

/** What is wrong with a config, as `key: message`. */
function faultsOf(config: ScenarioConfig): string[] {
  try {
    resolve(config);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults.map(({ key, message }) => `${key}: ${message}`);
  }
}

test('a cause that the law of the mode knows nothing of is refused with what to set, in normal mode it is nothing', () => {
  const leak = { releases: { checkout: '1.1.0' } } as const;
  const scan = { indexes: { idx_products_category: 'absent' } } as const;
  for (const demoMode of ['blackfriday', 'flash-sale', 'cache-stampede'] as const)
    assert.match(faultsOf({ demoMode, ...leak }).join(), /releases\.checkout: .*set demoMode bad-release/);
  for (const demoMode of ['bad-release', 'flash-sale'] as const)
    assert.match(faultsOf({ demoMode, ...scan }).join(), /idx_products_category: .*set demoMode blackfriday/);
  for (const config of [
    { ...leak, ...scan },
    { demoMode: 'bad-release', ...leak },
    { demoMode: 'cache-stampede', ...scan, pool: { max: 5 } },
    { demoMode: 'flash-sale', pool: { max: 1 }, declinedShare: 0.1 },
    {
      demoMode: 'blackfriday',
      sale: { deals: 1, paymentInTransaction: true },
      cache: { singleFlight: true },
    },
  ] as const)
    assert.deepEqual(faultsOf(config), []);
});

test('a stampede’s curve that its simulation contradicts is refused, at the key that the user has for it', () => {
  const curve = (rpm: number, from = 600) => [
    { minute: 0, rpm: from, errorRate: 0 },
    { minute: 5, rpm, errorRate: 0 },
    { minute: 8, rpm, errorRate: 0.7 },
  ];
  const demoMode = 'cache-stampede';
  assert.deepEqual(faultsOf({ demoMode, curve: curve(3600) }), []);
  assert.match(
    faultsOf({ demoMode, curve: curve(1800) }).join(),
    /^curve\[2\]\.rpm: .*fills again by itself/,
  );
  assert.match(faultsOf({ demoMode, curve: curve(4200, 4200) }).join(), /curve\[0\]\.rpm: .*never filled/);
  const peak = faultsOf({ demoMode, traffic: { demoPeakRpm: 2000 } });
  assert.match(peak.join(), /^traffic\.demoPeakRpm: for minute 8 .*raise the rate/);
  const half = { ...curve(3600)[2], minute: 15, rpm: 600, errorRate: 0.7 };
  assert.match(faultsOf({ demoMode, curve: [...curve(3600), half] }).join(), /^curve\[3\]\.rpm/);
});

test('a leak of so few orders that the declined ones are most of them is refused', () => {
  const config = { demoMode: 'bad-release', minuteSeconds: 6 } as const;
  assert.match(faultsOf({ ...config, traffic: { demoPeakRpm: 1 } }).join(), /demoPeakRpm: .*so few orders/);
  assert.deepEqual(faultsOf({ ...config, traffic: { scale: 0.05 } }), []);
});
