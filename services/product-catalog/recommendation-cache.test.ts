import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HEALTHY_CACHE, type CachePart } from '../../scenario/causes/cache-stampede/document';
import { RecommendationCache, type CacheStore } from './recommendation-cache';
import type { Candidate } from './recommendations';

const LIST: Candidate[] = [
  {
    id: 7,
    name: 'Atlas',
    category: 'electronics',
    price_cents: 9999,
    popularity_score: 5,
    stock_quantity: 3,
  },
];
const request = (userId: string) => ({
  category: 'electronics',
  minPriceCents: 9000,
  maxPriceCents: 11_000,
  userId,
});

/** A cache over a map, and how often its lists were read. */
function cacheOf(rules: Partial<CachePart['cache']>) {
  const stored = new Map<string, string>();
  const lifetimes: number[] = [];
  const store = {
    get: (key: string) => Promise.resolve(stored.get(key) ?? null),
    set: (key: string, text: string, _option: string, seconds: number) => {
      stored.set(key, text);
      lifetimes.push(seconds);
      return Promise.resolve('OK');
    },
  } as unknown as CacheStore;
  const clock = { now: 0 };
  const cache = new RecommendationCache(store, () => clock.now);
  const inForce = { ...HEALTHY_CACHE, enabled: true, ...rules };
  cache.follow(inForce, 6, null);
  const jumpTo = (minute: number) => {
    cache.follow(inForce, 6, { from: 0, to: minute });
  };
  let reads = 0;
  const ask = (userId: string, hasGone = false, read = () => Promise.resolve(LIST)) =>
    cache.list(
      request(userId),
      () => hasGone,
      () => {
        reads += 1;
        return read();
      },
    );
  return { ask, stored, lifetimes, reads: () => reads, clock, jumpTo };
}

describe('the cache of recommendations', () => {
  it('asks nobody and keeps nothing where the scenario has no cache', async () => {
    const { ask, stored, reads } = cacheOf({ enabled: false });
    assert.deepEqual(await ask('a'), { products: LIST, hit: null });
    await ask('a');
    assert.equal(reads(), 2);
    assert.equal(stored.size, 0);
  });

  it('keeps each customer’s list, for about the time to live', async () => {
    const { ask, stored, lifetimes, reads } = cacheOf({ ttlSeconds: 16 });
    assert.deepEqual(await ask('a'), { products: LIST, hit: false });
    assert.deepEqual(await ask('a'), { products: LIST, hit: true });
    assert.equal((await ask('b')).hit, false);
    assert.equal(reads(), 2);
    assert.deepEqual(
      [...stored.keys()],
      ['recommendations:electronics:9000-11000:a', 'recommendations:electronics:9000-11000:b'],
    );
    assert.ok(lifetimes.every((seconds) => seconds >= 11 && seconds <= 21 && Number.isInteger(seconds)));
  });

  it('throws away what its caller no longer waits for, and what failed', async () => {
    const { ask, stored } = cacheOf({});
    assert.equal((await ask('a', true)).hit, false);
    assert.equal(stored.size, 0);
    await assert.rejects(
      ask('a', false, () => Promise.reject(new Error('no connection'))),
      /no connection/,
    );
    assert.equal(stored.size, 0);
    assert.equal((await ask('a')).hit, false);
  });

  it('with a single flight reads a list once for all who miss it, and keeps it whoever waits', async () => {
    const { ask, stored, reads } = cacheOf({ singleFlight: true });
    const both = await Promise.all([ask('a', true), ask('a', true)]);
    assert.deepEqual(both, [
      { products: LIST, hit: false },
      { products: LIST, hit: false },
    ]);
    assert.equal(reads(), 1);
    assert.equal(stored.size, 1);
    const fail = () => Promise.reject(new Error('no connection'));
    await assert.rejects(ask('b', false, fail), /no connection/);
    assert.equal((await ask('b')).hit, false, 'a flight that failed is over');
    assert.equal(reads(), 3);
  });

  it('fills by one scan for all after a jump to a minute at which it is full, until it is emptied', async () => {
    const { ask, stored, reads, clock, jumpTo } = cacheOf({ ttlSeconds: 16, emptiedAt: 7.5 });
    const all = (...customers: string[]) => Promise.all(customers.map((customer) => ask(customer)));
    jumpTo(6);
    await all('a', 'b', 'c');
    assert.deepEqual([reads(), stored.size], [1, 3]);
    clock.now = 8_999;
    await all('d', 'e');
    assert.deepEqual([reads(), stored.size], [2, 5]);
    clock.now = 9_000;
    await all('f', 'g');
    assert.equal(reads(), 4, 'from minute 7.5 on each has his own');
  });

  it('fills for one time to live, and not after a jump behind its end', async () => {
    const { ask, reads, clock, jumpTo } = cacheOf({ ttlSeconds: 16, emptiedAt: 7.5 });
    jumpTo(8);
    await Promise.all([ask('a'), ask('b')]);
    assert.equal(reads(), 2);
    jumpTo(1);
    clock.now = 16_000;
    await Promise.all([ask('c'), ask('d')]);
    assert.equal(reads(), 4);
  });

  it('is a miss for everybody while Redis is away, or holds something else', async () => {
    const away = () => Promise.reject(new Error('away'));
    const cache = new RecommendationCache({ get: away, set: away });
    cache.follow({ ...HEALTHY_CACHE, enabled: true }, 6, null);
    const found = await cache.list(
      request('a'),
      () => false,
      () => Promise.resolve(LIST),
    );
    assert.deepEqual(found, { products: LIST, hit: false });
    const { ask, stored } = cacheOf({});
    for (const text of ['[1,', '{"id":1}', '[{"id":"x"}]']) {
      stored.set('recommendations:electronics:9000-11000:a', text);
      assert.equal((await ask('a')).hit, false, text);
    }
  });
});
