import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { createRedis } from '../lib/redis';
import { SeenHistory } from './seen-history';

/** What a user saw of whom Redis holds this. */
const seen = (stored: string | null): Promise<number[]> =>
  new SeenHistory({ get: () => Promise.resolve(stored) } as unknown as ReturnType<typeof createRedis>).of(
    'u',
  );

test('reads what was written', async () => {
  assert.deepEqual(await seen('[3,1,2]'), [3, 1, 2]);
});

test('a new user, broken JSON and another format all mean: seen nothing', async () => {
  for (const stored of [null, '', '[1,', '{"ids":[1]}', '["1"]', 'null']) {
    assert.deepEqual(await seen(stored), [], String(stored));
  }
});
