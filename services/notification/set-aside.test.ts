import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { InstrumentedPool, Transaction } from '../lib/database';
import { SetAside, takeMessages } from './outbox';

it('messages of which none can be delivered are looked at, and no loop is made of it, however many there are', async () => {
  const unsent = Array.from({ length: 5000 }, () => ({ order_id: randomUUID() }));
  const query = (text: string, [aside]: string[][]) => {
    const passed = new Set(aside);
    return Promise.resolve({
      rows: text.startsWith('select')
        ? unsent.filter(({ order_id }) => !passed.has(order_id)).slice(0, 20)
        : [],
    });
  };
  const pool = {
    transaction: (work: (transaction: Transaction) => Promise<unknown>) =>
      work({ query } as unknown as Transaction),
  } as unknown as InstrumentedPool;
  let tried = 0;
  let nowMs = 0;
  const aside = new SetAside(() => nowMs);
  const take = () =>
    takeMessages(
      pool,
      () => {
        tried += 1;
        return Promise.reject(new TypeError('as it is'));
      },
      aside,
    );
  for (nowMs = 0; nowMs < 10_000; nowMs += 1000)
    for (let round = 0; (await take()) && round < 500; round += 1);
  assert.ok(tried >= 1000 && tried <= 1200, String(tried));
});
