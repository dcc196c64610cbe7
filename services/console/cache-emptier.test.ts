import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EffectiveScenario } from '../../scenario/types';
import { effectiveOf, scenarioOf, START_SECONDS } from '../../test/mocks/scenarios';
import { CacheEmptier, type EmptiedStore } from './cache-emptier';

const run = effectiveOf(scenarioOf('cache-stampede'));
const LISTS = ['recommendations:a', 'recommendations:b', 'recommendations:c'];
const OTHERS = ['cart:1', 'seen:user-1000'];

/** A Redis with these keys that answers SCAN in pages of two, and a run whose clock the test moves. */
function emptierOf() {
  const keys = new Set([...LISTS, ...OTHERS]);
  let scanned: string[] = [];
  const store: EmptiedStore = {
    scan: (cursor, _match, pattern) => {
      if (cursor === '0') scanned = [...keys];
      const from = Number(cursor);
      const page = scanned.slice(from, from + 2).filter((key) => key.startsWith(pattern.replace('*', '')));
      return Promise.resolve([from + 2 >= scanned.length ? '0' : String(from + 2), page]);
    },
    del: (...gone) => Promise.resolve(gone.filter((key) => keys.delete(key)).length),
  };
  const shop = { minute: 0, isAway: false, effective: run as EffectiveScenario | null };
  const logged: string[] = [];
  const emptier = new CacheEmptier({
    effective: () => shop.effective,
    withRedis: (work) => (shop.isAway ? Promise.reject(new Error('away')) : work(store)),
    log: (message) => logged.push(message),
    now: () => (START_SECONDS + shop.minute * 6) * 1000,
  });
  const lookAt = async (minute: number): Promise<string[]> => {
    shop.minute = minute;
    await emptier.look();
    return [...keys];
  };
  return { lookAt, keys, logged, shop };
}

describe('the cache is emptied', () => {
  it('at its minute, once, and nothing else is deleted', async () => {
    const { lookAt, keys, logged } = emptierOf();
    for (const minute of [-1, 0, 7.4]) assert.equal((await lookAt(minute)).length, 5, String(minute));
    assert.deepEqual(await lookAt(7.5), OTHERS);
    assert.match(logged.join(), /cache-stampede-1-\d+: emptied the cache of recommendations, 3 keys/);
    keys.add('recommendations:a');
    assert.equal((await lookAt(12)).length, 3, 'what is kept since stays');
    assert.equal(logged.length, 1);
  });

  it('again where the run goes back before that minute, or is another one', async () => {
    const { lookAt, keys, shop } = emptierOf();
    await lookAt(8);
    keys.add('recommendations:a');
    await lookAt(3);
    assert.deepEqual(await lookAt(8), OTHERS);
    keys.add('recommendations:a');
    shop.effective = { ...run, scenario: { ...run.scenario, runId: 'another' } };
    assert.deepEqual(await lookAt(8), OTHERS);
  });

  it('as soon as Redis is back', async () => {
    const { lookAt, shop } = emptierOf();
    shop.isAway = true;
    await assert.rejects(lookAt(8), /away/);
    shop.isAway = false;
    assert.deepEqual(await lookAt(8.1), OTHERS);
  });

  it('never in another mode, nor before anything is known, nor after the run', async () => {
    const { lookAt, shop } = emptierOf();
    for (const effective of [null, effectiveOf(scenarioOf('blackfriday'))]) {
      shop.effective = effective;
      assert.equal((await lookAt(20)).length, 5);
    }
    shop.effective = run;
    assert.equal((await lookAt(31)).length, 5);
  });
});
