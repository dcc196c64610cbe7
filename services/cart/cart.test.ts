import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_QUANTITY } from '../lib/fields';
import { countLines, detailsField, quantityField, readCart, storeDetails } from './cart';

const line = (id: number, quantity: string, cents: number, name: string): Record<string, string> => ({
  [quantityField(id)]: quantity,
  [detailsField(id)]: storeDetails({ unit_price_cents: cents, name }),
});

test('an unknown cart is an empty one', () => {
  assert.deepEqual(readCart('c1', {}), { cart_id: 'c1', items: [], total_cents: 0 });
});

test('lines come by product id, and the total counts pieces', () => {
  assert.deepEqual(
    readCart('c1', { ...line(20, '2', 999, 'Speaker'), ...line(3, '1', 5000, 'Camera "X"') }),
    {
      cart_id: 'c1',
      items: [
        { product_id: 3, quantity: 1, unit_price_cents: 5000, name: 'Camera "X"' },
        { product_id: 20, quantity: 2, unit_price_cents: 999, name: 'Speaker' },
      ],
      total_cents: 6998,
    },
  );
});

test('half a line isn’t shown: a price or a quantity is missing, or neither can be read', () => {
  const hash = {
    [quantityField(1)]: '1',
    [detailsField(2)]: storeDetails({ unit_price_cents: 1, name: 'x' }),
    ...line(3, 'many', 1, 'x'),
    ...line(4, '0', 1, 'x'),
    [quantityField(5)]: '1',
    [detailsField(5)]: '{"unit_price_cents":',
    'constructor:quantity': '3',
  };
  assert.deepEqual(readCart('c1', hash).items, []);
});

test('a quantity that two requests pushed over the limit shows as the limit', () => {
  assert.equal(readCart('c1', line(1, '100', 1, 'x')).items[0]?.quantity, MAX_QUANTITY);
});

test('counts products, not fields', () => {
  assert.equal(countLines({ ...line(1, '1', 1, 'x'), ...line(2, '9', 1, 'x') }), 2);
});
