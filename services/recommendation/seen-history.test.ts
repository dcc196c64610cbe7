import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSeen } from './seen-history';

test('reads what was written', () => {
  assert.deepEqual(parseSeen('[3,1,2]'), [3, 1, 2]);
});

test('a new user, broken JSON and another format all mean: seen nothing', () => {
  for (const stored of [null, '', '[1,', '{"ids":[1]}', '["1"]', 'null']) {
    assert.deepEqual(parseSeen(stored), [], String(stored));
  }
});
