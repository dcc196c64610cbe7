import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { Refusal } from '../../machine/errors';
import { cohortStats, type CohortStats } from '../observation/answers';
import { heal, type HealTools } from './heal';

const desired = resolveScenario({}, { nowSeconds: 1_700_000_000, scaleDefault: 0.25 });

/** A shop that is well from the `wellAfter`th look on. */
function shop(wellAfter = 0): { tools: HealTools; lines: string[]; waits: () => number } {
  let looks = 0;
  let waits = 0;
  const lines: string[] = [];
  const demo = (): CohortStats =>
    cohortStats({ total: { errors: 40 }, last_10s: { requests: 100, errors: looks > wellAfter ? 1 : 78 } });
  return {
    lines,
    waits: () => waits,
    tools: {
      conductor: {
        readIndexes: () => {
          looks += 1;
          return Promise.resolve({ ...desired.indexes });
        },
      },
      observer: {
        recommendationPool: () => Promise.resolve({ size: looks > wellAfter ? 25 : 5, replicas: 1 }),
        traffic: () => Promise.resolve({ baseline: cohortStats({}), demo: demo() }),
      },
      output: { line: (text) => lines.push(text) },
      patience: {
        patienceMs: 10_000,
        now: () => waits * 500,
        wait: () => {
          waits += 1;
          return Promise.resolve();
        },
      },
    },
  };
}

describe('a heal', () => {
  it('is verified when indexes, pool and checkouts are well, and not before', async () => {
    const { tools, lines, waits } = shop(3);
    const healed = await heal(() => Promise.resolve(desired), tools);
    assert.deepEqual(healed.failures, []);
    assert.equal(healed.ok, true);
    assert.equal(waits(), 3);
    assert.deepEqual(healed.pool, { max: 25, expected: 25 });
    assert.deepEqual(healed.demo, { requests: 100, errors: 1, errorRate: 0.01 });
    assert.match(lines.join('\n'), /✓ index present, pool 25, demo errors 1\.0%/);
  });

  it('that is not verified in time says what is missing, one by one', async () => {
    const { tools, lines } = shop(1e9);
    const healed = await heal(() => Promise.resolve(desired), tools);
    assert.equal(healed.ok, false);
    assert.deepEqual(healed.failures, [
      'the recommendation pool is 5, should be 25',
      '78.0% of the demo checkouts of the last ten seconds failed (less than 2 %)',
    ]);
    assert.equal(healed.pool.max, 5);
    assert.equal(healed.timeToRecoverSeconds, null);
    assert.equal(lines.filter((line) => line.includes('✗')).length, 2);
  });

  it('names who does not answer', async () => {
    const { tools } = shop();
    const away = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'));
    const healed = await heal(() => Promise.resolve(desired), {
      ...tools,
      conductor: { readIndexes: away },
      observer: { recommendationPool: away, traffic: away },
    });
    assert.deepEqual(healed.failures, [
      'PostgreSQL does not answer (ECONNREFUSED)',
      'product-catalog does not answer (ECONNREFUSED)',
      'load-generator does not answer (ECONNREFUSED)',
    ]);
    assert.equal(healed.pool.expected, 25);
  });

  it('that could not be done never throws: the next command heals, unless the fault itself says what to do', async () => {
    const { tools, lines } = shop();
    const failed = await heal(() => Promise.reject(new Error('PostgreSQL is away')), tools);
    assert.deepEqual(failed.failures, ['PostgreSQL is away. The next command heals.']);
    const refused = new Refusal('Pulumi.dev.yaml is not overwritten: mend it, then npm run rollback');
    const left = await heal(() => Promise.reject(refused), tools);
    assert.deepEqual(left.failures, [refused.message]);
    assert.equal(lines.filter((line) => line.includes('The next command heals')).length, 1);
  });
});
