import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { deviationsOf, leversOf } from '../../scenario/causes/all';
import { resolveScenario } from '../../scenario/resolve';
import { readCommand } from '../../machine/options';
import { DEMO, type DemoOptions } from '../run/arguments';
import { exerciseOf, type Exercise } from '../run/blind';
import { changesIn } from './desk-file';
import { hintsOf, isCured, planExercise, truthOf } from './exercise-plan';

const folder = mkdtempSync(path.join(tmpdir(), 'exercise-plan-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const stackFile = path.join(folder, 'Pulumi.dev.yaml');
// A user's own outage in his file says nothing about an exercise.
writeFileSync(
  stackFile,
  'config:\n  ecommerce-demo:pool:\n    max: 7\n  ecommerce-demo:storageEmulation: false\n',
);
const desired = resolveScenario({ catalogRows: 100_000 }, { nowSeconds: 1, scaleDefault: 0.25 });

function options(): DemoOptions {
  const read = readCommand(DEMO, ['--minute-seconds', '6'], { repositoryDir: folder, cwd: folder });
  assert.ok(read);
  return { ...read.values, curve: null };
}

const plan = (exercise: Exercise, changes: Record<string, unknown> = {}) =>
  planExercise({
    exercise,
    runId: 'exercise-1',
    options: options(),
    source: { projectDir: folder, stack: 'dev' },
    desired,
    now: 1000,
    start: null,
    changes,
  }).scenario;

/** The first exercise of the seeds from 0 on that is one of these. */
function first(wanted: (exercise: Exercise) => boolean): Exercise {
  for (let seed = 0; seed < 2000; seed++) {
    const exercise = exerciseOf(seed);
    if (wanted(exercise)) return exercise;
  }
  throw new Error('no seed gives it');
}
const of = (cause: Exercise['cause'], ablation: Exercise['ablation'] = null): Exercise =>
  first((exercise) => exercise.cause === cause && exercise.ablation === ablation && exercise.curve === null);

describe('the exercise of a seed', () => {
  it('is the same each time, and each kind is some seed’s', () => {
    assert.deepEqual(plan(exerciseOf(7)), plan(exerciseOf(7)));
    for (const cause of ['missing-index', 'hot-row', 'bad-release', 'cache-stampede', null] as const)
      assert.ok(first((exercise) => exercise.cause === cause));
  });

  it('has its cause in the scenario, a false alarm none that matters', () => {
    for (let seed = 0; seed < 60; seed++) {
      const exercise = exerciseOf(seed);
      const scenario = plan(exercise);
      const truth = truthOf(exercise, scenario);
      const worst = Math.max(...scenario.expectations.map(({ predicted }) => predicted.errorRate));
      if (exercise.cause === null) {
        assert.ok(worst < 0.02, `seed ${String(seed)}: ${String(worst)}`);
        assert.equal(truth.remedy, null);
      } else {
        assert.equal(isCured(exercise.cause, scenario, scenario), false, `seed ${String(seed)}`);
        assert.ok(truth.remedy !== null);
        assert.ok(!truth.contributing.includes(exercise.cause));
      }
      assert.equal(hintsOf(truth).at(-1), exercise.answer);
    }
  });

  it('may be a false alarm that is no outage taken apart: lookers by the dozen, an index that nothing reads by', () => {
    const calm = first(({ config }) => config.traffic !== undefined);
    const dropped = first(({ config }) => 'indexes.idx_products_stock_quantity' in config);
    const usual = desired.traffic;
    assert.deepEqual(
      [plan(calm).traffic.baselineRpm, plan(calm).traffic.demoPoints],
      [9 * usual.baselineRpm, [{ minute: 0, rpm: usual.normalDemoRpm }]],
    );
    assert.deepEqual(
      deviationsOf(plan(dropped))
        .map(({ name }) => name)
        .includes('idx_products_stock_quantity'),
      true,
    );
    assert.equal(plan(dropped).indexes.idx_products_category, 'present');
    assert.equal(plan(dropped).traffic.baselineRpm, usual.baselineRpm);
  });

  it('names nothing of it in what everybody reads', () => {
    const scenario = plan(of('missing-index', 'pool'));
    assert.equal(scenario.ablation, null);
    assert.deepEqual(
      scenario.phases.map(({ name }) => name),
      ['exercise'],
    );
    assert.equal(scenario.title, 'Exercise');
    assert.equal(scenario.storageEmulation, true, "the user's file has no say");
    assert.equal(scenario.pools.recommendation.max, 25);
  });

  it('is mended by the stack file, whatever the seed took out', () => {
    const cases: [Exercise, Record<string, unknown>][] = [
      [of('hot-row'), { 'sale.paymentInTransaction': false }],
      [of('hot-row'), { 'sale.deals': 50 }],
      [of('bad-release'), { 'releases.checkout': '1.0.0' }],
    ];
    const stampede = of('cache-stampede');
    for (const changes of [{ 'cache.singleFlight': true }, { 'cache.ttlSeconds': 150 }])
      assert.equal(isCured('cache-stampede', plan(stampede), plan(stampede, changes)), true);
    assert.equal(
      isCured('cache-stampede', plan(stampede), plan(stampede, { 'cache.ttlSeconds': 20 })),
      false,
    );
    for (const [exercise, changes] of cases) {
      const [before, after] = [plan(exercise), plan(exercise, changes)];
      assert.equal(isCured(exercise.cause, before, after), true, JSON.stringify(changes));
      assert.ok(
        after.expectations.every(({ predicted }) => predicted.errorRate < 0.02),
        JSON.stringify(changes),
      );
      assert.equal(isCured(exercise.cause, before, plan(exercise, { 'pool.acquireTimeoutMs': 3000 })), false);
    }
    // Of a pool that the seed made large, too: what is set is what counts.
    assert.equal(plan(of('missing-index', 'pool'), { 'pool.max': 40 }).pools.recommendation.max, 10);
  });

  it('is mended by the index that the scenario follows', () => {
    const before = plan(of('missing-index'));
    const now = { ...before, indexes: { ...before.indexes, idx_products_category: 'present' as const } };
    assert.equal(isCured('missing-index', before, now), true);
    assert.ok(deviationsOf(before).some(({ name }) => name === 'idx_products_category'));
  });
});

describe('the desk’s stack file', () => {
  const levers = leversOf(plan(of('bad-release')));
  const file = (lines: string): string => `config:\n${lines}\n`;

  it('has the same keys whatever is the matter', () => {
    const keys = (exercise: Exercise): string[] => leversOf(plan(exercise)).map(({ key }) => key.join('.'));
    assert.deepEqual(keys(of('missing-index')), keys(of('hot-row')));
    assert.deepEqual(keys(of(null, 'payment')), keys(of('bad-release')));
  });

  it('says what was changed, in either form', () => {
    const nested = file(
      '  ecommerce-demo:releases:\n    checkout: "1.0.0"\n  ecommerce-demo:pool:\n    max: 100',
    );
    assert.deepEqual(changesIn(nested, levers, 'f'), { 'releases.checkout': '1.0.0' });
    assert.deepEqual(changesIn(file('  ecommerce-demo:releases.checkout: 1.0.0'), levers, 'f'), {
      'releases.checkout': '1.0.0',
    });
  });

  it('refuses what is no operator’s, and values that are not allowed, by name', () => {
    assert.throws(
      () => changesIn(file('  ecommerce-demo:demoMode: normal'), levers, 'f'),
      /demoMode: not a key of this desk/,
    );
    assert.throws(
      () => changesIn(file('  ecommerce-demo:releases:\n    payment: "2"'), levers, 'f'),
      /releases\.payment/,
    );
    assert.throws(() => changesIn(file('  ecommerce-demo:pool:\n    max: many'), levers, 'f'), /pool\.max/);
  });

  it('is read in one look, however hostile, and its fault is told in few words', () => {
    const nested = (depth: number): string =>
      Array.from(
        { length: depth },
        (_, n) =>
          `  ecommerce-demo:a${String(n)}: &a${String(n)} [${'*a'.concat(String(n - 1), ', ').repeat(n === 0 ? 0 : 20)}x]`,
      ).join('\n');
    const longest = 64 * 1024;
    for (const hostile of [
      nested(12),
      `  ecommerce-demo:pool:\n    max: "${'9'.repeat(longest - 100)}"`,
      `  ecommerce-demo:${'k'.repeat(500)}: 1\n`.repeat(1),
      Array.from({ length: 2000 }, (_, n) => `  ecommerce-demo:k${String(n)}: 1`).join('\n'),
      `  ecommerce-demo:pool: ${'x'.repeat(longest)}`,
      '  ecommerce-demo:__proto__:\n    max: 1',
    ])
      assert.throws(
        () => changesIn(file(hostile), levers, 'f'),
        (error) => error instanceof Error && error.message.length < 2000,
        hostile.slice(0, 100),
      );
    assert.equal(({} as { max?: unknown }).max, undefined);
  });
});
