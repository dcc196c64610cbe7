import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpiringCache } from './expiring-cache';

function cacheOf(load: (key: number) => Promise<string>, maxEntries = 10) {
  const clock = { now: 0 };
  const loads: number[] = [];
  const cache = new ExpiringCache(
    (key) => {
      loads.push(key);
      return load(key);
    },
    { lifetimeMs: 60_000, maxEntries, now: () => clock.now },
  );
  return { cache, clock, loads };
}

const name = (key: number): Promise<string> => Promise.resolve(`product ${String(key)}`);

test('asks once until the value expires', async () => {
  const { cache, clock, loads } = cacheOf(name);
  assert.equal(await cache.get(1), 'product 1');
  clock.now = 59_999;
  await cache.get(1);
  assert.deepEqual(loads, [1]);
  clock.now = 60_000;
  await cache.get(1);
  assert.deepEqual(loads, [1, 1]);
});

test('callers of the same moment share one question', async () => {
  const { cache, loads } = cacheOf(name);
  assert.deepEqual(await Promise.all([cache.get(1), cache.get(1), cache.get(2)]), [
    'product 1',
    'product 1',
    'product 2',
  ]);
  assert.deepEqual(loads, [1, 2]);
});

test('a failure reaches everybody who waits and isn’t kept', async () => {
  let fails = true;
  const { cache, loads } = cacheOf((key) => (fails ? Promise.reject(new Error('away')) : name(key)));
  const both = await Promise.allSettled([cache.get(1), cache.get(1)]);
  assert.deepEqual(
    both.map((result) => result.status),
    ['rejected', 'rejected'],
  );
  fails = false;
  assert.equal(await cache.get(1), 'product 1');
  assert.deepEqual(loads, [1, 1]);
});

test('stays bounded: the oldest makes room', async () => {
  const { cache, loads } = cacheOf(name, 2);
  for (const key of [1, 2, 3]) await cache.get(key);
  await cache.get(3);
  await cache.get(2);
  assert.deepEqual(loads, [1, 2, 3], 'the newest two are there');
  await cache.get(1);
  assert.deepEqual(loads, [1, 2, 3, 1], 'the oldest is not');
});
