import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { createRedis } from '../lib/redis';
import { CartStore } from './cart-store';

/** Hashes, as Redis keeps them. */
function fakeRedis(): ReturnType<typeof createRedis> {
  const hashes = new Map<string, Map<string, string>>();
  const hash = (key: string): Map<string, string> => {
    const found = hashes.get(key) ?? new Map<string, string>();
    hashes.set(key, found);
    return found;
  };
  const commands = {
    hgetall: (key: string) => Object.fromEntries(hash(key)),
    hset: (key: string, field: string, value: string | number) => hash(key).set(field, String(value)).size,
    hincrby: (key: string, field: string, by: number) => {
      const sum = Number(hash(key).get(field) ?? 0) + by;
      hash(key).set(field, String(sum));
      return sum;
    },
    hdel: (key: string, ...fields: string[]) => fields.filter((field) => hash(key).delete(field)).length,
    del: (key: string) => Number(hashes.delete(key)),
    expire: () => 1,
  };
  const asynchronous = Object.entries(commands).map(([name, run]) => [
    name,
    (...args: never[]) => Promise.resolve((run as (...args: never[]) => unknown)(...args)),
  ]);
  return Object.fromEntries(asynchronous) as ReturnType<typeof createRedis>;
}

describe('a cart', () => {
  const item = { product_id: 7, quantity: 1, unit_price_cents: 999, name: 'Camera' };
  let noted: string[];
  let store: CartStore;

  beforeEach(() => {
    noted = [];
    const note = (what: string) => (cartId: string) => {
      noted.push(`${what} ${cartId}`);
      return Promise.resolve();
    };
    store = new CartStore(fakeRedis(), { touch: note('touched'), close: note('closed') });
  });

  it('is open from the first piece until it is emptied, by a purchase or piece by piece', async () => {
    await store.add('a', item);
    await store.set('a', { ...item, product_id: 8 });
    await store.remove('a', 7);
    assert.deepEqual(noted, ['touched a', 'touched a']);
    await store.remove('a', 8);
    await store.add('b', item);
    await store.clear('b');
    assert.deepEqual(noted.slice(2), ['closed a', 'touched b', 'closed b']);
  });

  it('is not open for being looked at', async () => {
    await store.read('a');
    assert.deepEqual(noted, []);
  });
});
