import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohortStats } from '../observation/answers';
import { ShopWatch } from './shop-watch';

const look = (
  change: { indexes?: string[]; pids?: Record<string, number>; scheduled?: number; errors?: number } = {},
) => {
  const demo = cohortStats({
    total: { scheduled: change.scheduled ?? 0, requests: change.scheduled ?? 0, errors: change.errors ?? 0 },
  });
  return {
    traffic: { demo, baseline: cohortStats(null) },
    indexes: change.indexes ?? ['a', 'b'],
    processes: new Map(Object.entries(change.pids ?? { checkout: 1, cart: 2 })),
  };
};

describe('what is done to a shop', () => {
  it('is noticed: indexes made and dropped, processes started again', () => {
    const watch = new ShopWatch();
    assert.deepEqual(watch.look(1, look()).done, []);
    const { done } = watch.look(2, look({ indexes: ['b', 'c'], pids: { checkout: 1, cart: 9 } }));
    assert.deepEqual(
      done.map(({ kind, name, at }) => [kind, name, at]),
      [
        ['index-created', 'c', 2],
        ['index-dropped', 'a', 2],
        ['restart', 'cart', 2],
      ],
    );
    assert.deepEqual(watch.look(3, look({ indexes: ['b', 'c'], pids: { checkout: 1, cart: 9 } })).done, []);
  });

  it('is not what the exercise does itself: its index, its release', () => {
    const watch = new ShopWatch();
    watch.look(1, look());
    watch.forgetIndexes();
    watch.expectRoll('checkout', 1);
    assert.deepEqual(watch.look(2, look({ indexes: ['b'], pids: { checkout: 7, cart: 2 } })).done, []);
    assert.equal(watch.look(3, look({ indexes: ['a', 'b'], pids: { checkout: 7, cart: 2 } })).done.length, 1);
    const later = watch.look(60, look({ indexes: ['a', 'b'], pids: { checkout: 8, cart: 2 } }));
    assert.deepEqual(
      later.done.map(({ kind, name }) => [kind, name]),
      [['restart', 'checkout']],
    );
  });

  it('does not lower what was counted: a load generator that was started again counts on', () => {
    const watch = new ShopWatch();
    watch.look(1, look({ scheduled: 100, errors: 4 }));
    assert.deepEqual(watch.look(2, look({ scheduled: 110, errors: 5 })).counts.demo, {
      scheduled: 10,
      requests: 10,
      errors: 1,
    });
    assert.deepEqual(watch.look(3, look({ scheduled: 3, errors: 1 })).counts.demo, {
      scheduled: 13,
      requests: 13,
      errors: 2,
    });
  });
});
