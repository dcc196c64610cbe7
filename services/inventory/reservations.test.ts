import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InstrumentedPool } from '../lib/database';
import { HttpError } from '../lib/errors';
import { LockWaits } from './lock-waits';
import { release, reserve } from './reservations';

const ORDER = '0b5f4c1e-7d43-5c8e-9a35-2f1f0a6f7c11';

const nobody = { use: () => Promise.reject(new Error('nobody waits')), close: () => Promise.resolve() };

/** A pool of which the first statement of a transaction answers `first`, and every further one touches `touched` rows. */
function pool(first: object[], touched = 1) {
  const asked: { text: string; values: unknown[] }[] = [];
  const query = (text: string, values: unknown[] = []) => {
    asked.push({ text, values });
    const rows = asked.length === 1 ? first : text.startsWith('select') ? [{ available: 3 }] : [];
    return Promise.resolve({ rows, rowCount: touched });
  };
  const fake = { transaction: <T>(work: (of: object) => Promise<T>) => work({ pid: 1, query }) };
  const taken = () =>
    asked.flatMap(({ text, values }) => (text.startsWith('update shop.stock') ? [values] : []));
  return { fake: fake as unknown as InstrumentedPool, taken };
}

const pieces = (...ids: number[]) => ids.map((product_id) => ({ product_id, quantity: 2 }));

describe('a reservation', () => {
  it('locks products in the order of their numbers, whatever order they were asked for in', async () => {
    const { fake, taken } = pool([{ order_id: ORDER }]);
    assert.equal(
      await reserve({ reservations: fake, waits: new LockWaits(nobody) }, ORDER, pieces(30, 4, 123)),
      true,
    );
    assert.deepEqual(taken(), [
      [4, 2],
      [30, 2],
      [123, 2],
    ]);
  });

  it('of an order that has one takes nothing', async () => {
    const { fake, taken } = pool([]);
    assert.equal(
      await reserve({ reservations: fake, waits: new LockWaits(nobody) }, ORDER, pieces(4)),
      false,
    );
    assert.deepEqual(taken(), []);
  });

  it('of more than there is says what is left', async () => {
    const { fake } = pool([{ order_id: ORDER }], 0);
    await assert.rejects(
      reserve({ reservations: fake, waits: new LockWaits(nobody) }, ORDER, pieces(4)),
      (error: unknown) =>
        error instanceof HttpError &&
        error.status === 409 &&
        error.reason === 'out-of-stock' &&
        error.extra.available === 3,
    );
  });

  it('is given back once', async () => {
    const { fake, taken } = pool([{ items: pieces(30, 4) }]);
    assert.equal(await release(fake, ORDER), true);
    assert.deepEqual(taken(), [
      [4, 2],
      [30, 2],
    ]);
    assert.equal(await release(pool([]).fake, ORDER), false);
  });
});
