import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote, totalWeight } from './tariff';

test('one kilogram to New York', () => {
  assert.deepEqual(quote([{ weight: 1, quantity: 1 }], '10001'), {
    cost_cents: 555,
    currency: 'USD',
    days: 2,
    carrier: 'Letterbox Post',
  });
});

test('a kilogram begun counts whole, and light parcels count one', () => {
  assert.equal(
    quote([{ weight: 1.2, quantity: 1 }], '10001').cost_cents -
      quote([{ weight: 0.1, quantity: 1 }], '10001').cost_cents,
    60,
  );
});

test('binary fractions add no kilogram', () => {
  const fifty = [{ weight: 1.1, quantity: 50 }];
  assert.ok(totalWeight(fifty) > 55, 'the product lies above 55 in binary, else this test says nothing');
  assert.equal(quote(fifty, '10001').cost_cents, quote([{ weight: 55, quantity: 1 }], '10001').cost_cents);
});

test('quantities multiply the weight', () => {
  assert.deepEqual(
    quote([{ weight: 0.5, quantity: 10 }], '94103'),
    quote([{ weight: 5, quantity: 1 }], '94103'),
  );
});

test('weight chooses the carrier, and freight takes longer', () => {
  assert.equal(quote([{ weight: 2, quantity: 1 }], '43085').carrier, 'Letterbox Post');
  assert.equal(quote([{ weight: 2.1, quantity: 1 }], '43085').carrier, 'Buckeye Parcel');
  const freight = quote([{ weight: 31, quantity: 1 }], '43085');
  assert.equal(freight.carrier, 'Lakes Freight');
  assert.equal(freight.days, quote([{ weight: 1, quantity: 1 }], '43085').days + 2);
});

test('the coast is dearer and later than the neighbourhood', () => {
  const near = quote([{ weight: 3, quantity: 1 }], '43085');
  const far = quote([{ weight: 3, quantity: 1 }], '98101');
  assert.ok(far.cost_cents > near.cost_cents);
  assert.ok(far.days > near.days);
});

test('refuses a ZIP code that nobody validated', () => {
  assert.throws(() => quote([{ weight: 1, quantity: 1 }], 'SW1A 1AA'), RangeError);
});
