import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderIdFor } from './order-id';

test('the same key gives the same order, another key another one', () => {
  assert.equal(orderIdFor('key-1'), orderIdFor('key-1'));
  assert.notEqual(orderIdFor('key-1'), orderIdFor('key-2'));
});

test('it is a UUID of version 5 and the RFC’s variant, for any key', () => {
  for (let index = 0; index < 200; index += 1) {
    assert.match(
      orderIdFor(`key-${String(index)}`),
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});
