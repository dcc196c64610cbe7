import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderIdFor } from './order-id';

test('the same key of a user gives the same order; another key or another user another one', () => {
  const order = orderIdFor('user-1', 'key-1');
  assert.equal(orderIdFor('user-1', 'key-1'), order);
  assert.notEqual(orderIdFor('user-1', 'key-2'), order);
  assert.notEqual(orderIdFor('user-2', 'key-1'), order);
  assert.notEqual(orderIdFor('a","b', 'c'), orderIdFor('a', 'b","c'), 'wherever user and key meet');
});

test('it is a UUID of version 5 and the RFC’s variant, for any key', () => {
  for (let index = 0; index < 200; index += 1) {
    assert.match(
      orderIdFor('user-1', `key-${String(index)}`),
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});
