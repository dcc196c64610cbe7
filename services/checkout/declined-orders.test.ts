import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAndCountDeclined, keepDeclined } from './declined-orders';

const order = {
  order_id: '0b5f4c1e-7d43-5c8e-9a35-2f1f0a6f7c11',
  user_id: 'user-1',
  currency: 'USD',
  total_cents: 12_345,
};

/** A pool that counts what is out. */
function countingPool() {
  const state = { out: 0, statements: [] as string[] };
  const query = (text: string) => {
    state.statements.push(text);
    return Promise.resolve({ rows: [{ declined: 1 }] } as never);
  };
  return {
    state,
    pool: {
      query: async (text: string) => {
        state.out += 1;
        const result = await query(text);
        state.out -= 1;
        return result;
      },
      take: () => {
        state.out += 1;
        return Promise.resolve({
          query,
          release: () => {
            state.out -= 1;
          },
        });
      },
    },
  };
}

test('release 1.0.0 keeps a declined order, and no connection', async () => {
  const { pool, state } = countingPool();
  for (let i = 0; i < 3; i++) await keepDeclined(pool)(order);
  assert.equal(state.statements.length, 3);
  assert.equal(state.out, 0);
});

test('release 1.1.0 keeps a connection for each: that is the outage', async () => {
  const { pool, state } = countingPool();
  for (let i = 0; i < 3; i++) await keepAndCountDeclined(pool)(order);
  assert.equal(state.out, 3);
});
