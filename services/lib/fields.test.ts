import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import {
  categoryField,
  currencyCodeField,
  idempotencyKeyField,
  idempotencyKeyHeaderField,
  idField,
  productIdField,
  productIdTextField,
  quantityField,
  zipField,
} from './fields';

const cases: [string, z.ZodType, { taken: unknown[]; refused: unknown[] }][] = [
  [
    'an id',
    idField,
    {
      taken: ['user-1', 'a', 'A_b.c:d-9', '.a', 'a..b', 'x'.repeat(64)],
      // Dots alone would be a segment that walks to another route.
      refused: ['', '.', '..', '...', 'a b', 'a\n', 'é', 'a/b', 7, 'x'.repeat(65)],
    },
  ],
  [
    'an idempotency key',
    idempotencyKeyField,
    { taken: ['k'.repeat(128)], refused: ['', '"k"', 'k k', 'k'.repeat(129)] },
  ],
  [
    'an Idempotency-Key header',
    idempotencyKeyHeaderField,
    { taken: ['k', '"k"'], refused: ['', '""', '"k', 'k"', '""k""', 'a b'] },
  ],
  [
    'a product number',
    productIdField,
    { taken: [1, 2_147_483_647], refused: [0, -1, 1.5, 2_147_483_648, '1'] },
  ],
  [
    'a product number in a path',
    productIdTextField,
    {
      taken: ['1', '2147483647'],
      refused: ['0', '01', '2147483648', '1.0', '1e3', ' 1', '', '9'.repeat(20)],
    },
  ],
  ['a quantity', quantityField, { taken: [1, 99], refused: [0, 100, 0.5, '2'] }],
  [
    'a category',
    categoryField,
    { taken: ['electronics', 'home-garden'], refused: ['', 'Books', '-x', 'a'.repeat(33)] },
  ],
  ['a currency code', currencyCodeField, { taken: ['USD'], refused: ['usd', 'US', 'USDX', 'USD\n'] }],
  ['a ZIP code', zipField, { taken: ['10001', '10001-1234'], refused: ['1000', '10001-', 'SW1A 1AA'] }],
];

for (const [what, field, { taken, refused }] of cases) {
  test(`${what} is taken and refused as its services expect`, () => {
    for (const value of taken) assert.ok(field.safeParse(value).success, `takes ${JSON.stringify(value)}`);
    for (const value of refused)
      assert.ok(!field.safeParse(value).success, `refuses ${JSON.stringify(value)}`);
  });
}

test('a quoted key and a bare one are the same key', () => {
  assert.equal(idempotencyKeyHeaderField.parse('"abc"'), idempotencyKeyHeaderField.parse('abc'));
});
