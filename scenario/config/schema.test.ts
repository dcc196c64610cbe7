import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAUSE_GROUPS } from '../causes/keys';
import { ConfigError } from './config-error';
import { parseScenarioConfig } from './parse';
import { DEPLOYMENT_KEYS } from './deployment';
import { BOOK, scenarioConfigSchema } from './schema';

function faultsOf(raw: Record<string, unknown>): Record<string, string> {
  try {
    parseScenarioConfig(raw);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return Object.fromEntries(error.faults.map((fault) => [fault.key, fault.message]));
  }
  return {};
}

test('values may be text, as pulumi config set writes them', () => {
  assert.deepEqual(
    parseScenarioConfig({
      demoMode: 'blackfriday',
      minuteSeconds: '6',
      storageEmulation: 'false',
      traffic: '{"scale": "0.5"}',
      pool: { max: '40' },
      curve: '[{"minute": 0, "rpm": 60, "errorRate": 0}]',
    }),
    {
      demoMode: 'blackfriday',
      minuteSeconds: 6,
      storageEmulation: false,
      traffic: { scale: 0.5 },
      pool: { max: 40 },
      curve: [{ minute: 0, rpm: 60, errorRate: 0 }],
    },
  );
});

test('a key with a dot is a path', () => {
  assert.deepEqual(parseScenarioConfig({ 'traffic.scale': '0.5', traffic: { baselineRpm: 50 } }), {
    traffic: { scale: 0.5, baselineRpm: 50 },
  });
  assert.match(faultsOf({ 'pool.max': 5, pool: { max: 6 } })['pool.max'] ?? '', /given twice/);
  assert.match(faultsOf({ 'pool.maxx': 5 })['pool.maxx'] ?? '', /did you mean `pool\.max`/);
});

test('every fault is listed at once, with key, value and what is allowed', () => {
  const raw = {
    demoMode: 'blackfryday',
    minuteSeconds: 0.5,
    durationMinutes: '2.5',
    catalogRows: -1,
    storageEmulation: 'yes',
    demoStartTimestamp: '2026-11-27',
    traffic: { scale: 0 },
    pool: { max: 0 },
    indexes: { idx_products_category: 'gone' },
    replicas: { console: 2 },
    curve: [{ minute: 1, rpm: 10, errorRate: 1 }, { minute: 2 }],
  };
  const faults = faultsOf(raw);
  assert.deepEqual(Object.keys(faults).sort(), [
    'catalogRows',
    'curve[0].errorRate',
    'curve[1].errorRate',
    'curve[1].rpm',
    'demoMode',
    'demoStartTimestamp',
    'durationMinutes',
    'indexes.idx_products_category',
    'minuteSeconds',
    'pool.max',
    'replicas.console',
    'storageEmulation',
    'traffic.scale',
  ]);
  assert.match(faults.demoMode ?? '', /one of `normal`.*did you mean `blackfriday`/);
  assert.match(faults.catalogRows ?? '', /from 50000/);
  assert.match(faults['curve[1].rpm'] ?? '', /is missing/);
  assert.throws(
    () => parseScenarioConfig(raw),
    /13 faults[^]*pool\.max = 0: must be a whole number from 1 to 1000/,
  );
});

test('unknown keys are refused with what was meant', () => {
  assert.match(faultsOf({ minutSeconds: 6 }).minutSeconds ?? '', /did you mean `minuteSeconds`/);
  assert.match(faultsOf({ scale: 1 }).scale ?? '', /did you mean `traffic\.scale`/);
  assert.match(faultsOf({ operatorCidr: [] }).operatorCidr ?? '', /did you mean `operatorCidrs`/);
  assert.match(faultsOf({ replicas: { frontnd: 1 } })['replicas.frontnd'] ?? '', /`replicas\.frontend`/);
  assert.match(faultsOf({ xyzzy: 1 }).xyzzy ?? '', /^unknown key; allowed: demoMode/);
});

test("a deployment's keys pass untouched, whatever they hold", () => {
  const deployment = Object.fromEntries(DEPLOYMENT_KEYS.map((key) => [key, { any: ['thing'] }]));
  assert.deepEqual(parseScenarioConfig({ ...deployment, demoRun: 2 }), { demoRun: 2 });
});

test('impossible curves are refused at their point', () => {
  const parse = (curve: unknown[], more = {}) => faultsOf({ demoMode: 'blackfriday', curve, ...more });
  const point = (minute: number, rpm: number, errorRate: number) => ({ minute, rpm, errorRate });
  assert.match(parse([point(0, 0, 0.5)])['curve[0].rpm'] ?? '', /without requests none can fail/);
  assert.match(
    parse([point(5, 60, 0), point(5, 60, 0)])['curve[1].minute'] ?? '',
    /above the minute of the point before/,
  );
  assert.match(parse([point(5, 2, 0.5)])['curve[0].errorRate'] ?? '', /held for 60 s/);
  assert.match(parse([point(5, 900_000, 0)])['curve[0].rpm'] ?? '', /at most 48000 rpm/);
  assert.deepEqual(Object.keys(parse([point(0, -1, 0)])), ['curve[0].rpm']);
  assert.deepEqual(Object.keys(parse([point(0, 60, -0.1)])), ['curve[0].errorRate']);
  assert.deepEqual(parse([point(0, 60, 0.5)]), {});
});

test('a curve is checked in normal mode too', () => {
  assert.deepEqual(Object.keys(faultsOf({ curve: [{ minute: 5, rpm: 2, errorRate: 0.5 }] })), [
    'curve[0].errorRate',
  ]);
});

test('rates that the preset cannot be had at are refused once, at the key that changed them', () => {
  const faults = faultsOf({ demoMode: 'blackfriday', traffic: { demoPeakRpm: 2 } });
  assert.deepEqual(Object.keys(faults), ['traffic.demoPeakRpm']);
  assert.match(faults['traffic.demoPeakRpm'] ?? '', /minute 5.*and for 4 more/);
  assert.match(
    faultsOf({ demoMode: 'blackfriday', traffic: { demoBaseRpm: 5000 } })['traffic.demoBaseRpm'] ?? '',
    /at most traffic\.demoPeakRpm \(4200\)/,
  );
  assert.match(
    faultsOf({ demoMode: 'blackfriday-v3', traffic: { scale: 0.5 } })['traffic.scale'] ?? '',
    /at least 1/,
  );
});

test('a group of the wrong type is one fault', () => {
  assert.deepEqual(Object.keys(faultsOf({ traffic: 5, curve: 3 })).sort(), ['curve', 'traffic']);
});

test('every key of the schema is documented', () => {
  const documented = BOOK.documentedKeys().map(({ key }) => key);
  const groups = ['traffic', ...Object.keys(CAUSE_GROUPS), 'flowAlert', 'replicas'];
  for (const key of Object.keys(scenarioConfigSchema.shape)) {
    const found = documented.some(
      (name) => name === key || (groups.includes(key) && name.startsWith(`${key}.`)),
    );
    assert.ok(found, key);
  }
  for (const key of [
    'traffic.scale',
    'curve[].errorRate',
    'indexes.idx_products_category',
    'replicas.cart',
  ]) {
    assert.ok(documented.includes(key), key);
  }
});
