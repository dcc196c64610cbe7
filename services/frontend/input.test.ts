import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { recommendationsTimeout } from './checkout-routes';
import {
  browseBody,
  cartItemParams,
  checkoutBody,
  checkoutHeaders,
  productParams,
  productsQuery,
} from './input';

const smallest = { user_id: 'test', cart_id: 'test' };

test('the smallest checkout is a guest’s: nothing; a user and a cart may be named', () => {
  assert.deepEqual(checkoutBody.parse({}), { currency: 'USD', zip: '10001' });
  assert.deepEqual(checkoutBody.parse(smallest), { ...smallest, currency: 'USD', zip: '10001' });
});

test('refuses wrong checkouts', () => {
  const refused: Record<string, unknown> = {
    nothing: undefined,
    'a list': [],
    'a number for a user': { ...smallest, user_id: 7 },
    'an id with a space': { ...smallest, user_id: 'a b' },
    'an id with a newline at its end': { ...smallest, user_id: 'a\n' },
    'an overlong id': { ...smallest, cart_id: 'c'.repeat(65) },
    'an empty list of items': { ...smallest, items: [] },
    'too many items': {
      ...smallest,
      items: Array.from({ length: 51 }, (_, index) => ({ product_id: index + 1, quantity: 1 })),
    },
    'a product twice': {
      ...smallest,
      items: [
        { product_id: 1, quantity: 1 },
        { product_id: 1, quantity: 1 },
      ],
    },
    'a quantity of none': { ...smallest, items: [{ product_id: 1, quantity: 0 }] },
    'a product beyond int4': { ...smallest, items: [{ product_id: 2 ** 31, quantity: 1 }] },
    'a quantity in words': { ...smallest, items: [{ product_id: 1, quantity: '2' }] },
    'a currency in small letters': { ...smallest, currency: 'usd' },
    'a currency the shop has no rate for': { ...smallest, currency: 'XXX' },
    'a British post code': { ...smallest, zip: 'SW1A 1AA' },
    'an overlong key': { ...smallest, idempotency_key: 'k'.repeat(129) },
  };
  for (const [what, body] of Object.entries(refused)) assert.ok(!checkoutBody.safeParse(body).success, what);
});

test('a browse needs nothing, but what it gets must be right', () => {
  assert.deepEqual(browseBody.parse({}), { category: 'electronics', currency: 'EUR' });
  assert.ok(!browseBody.safeParse({ category: 'Électronique' }).success);
  assert.ok(!browseBody.safeParse({ user_id: null }).success);
});

test('product numbers in paths stay within int4', () => {
  assert.equal(productParams.parse({ id: '2147483647' }).id, 2_147_483_647);
  for (const id of ['2147483648', '0', '-1', '1.0', '1e3', '0x10', ' 1', '', 'abc', '99999999999999999999']) {
    assert.ok(!productParams.safeParse({ id }).success, id);
  }
  assert.ok(!cartItemParams.safeParse({ id: '../x', productId: '1' }).success);
});

test('a limit is a number from 1 to 50, once', () => {
  assert.equal(productsQuery.parse({ limit: '50' }).limit, 50);
  for (const limit of ['0', '51', '-1', 'many', ['1', '2']]) {
    assert.ok(!productsQuery.safeParse({ limit }).success, String(limit));
  }
});

test('recommendations get a second less than the caller waits', () => {
  const patience = (header: string): number | undefined =>
    checkoutHeaders.parse({ 'x-request-timeout-ms': header })['x-request-timeout-ms'];
  assert.equal(recommendationsTimeout(patience('6000'), 5000), 5000);
  assert.equal(recommendationsTimeout(patience('9000'), 5000), 8000);
  assert.equal(
    recommendationsTimeout(patience('1'), 5000),
    200,
    'never nothing, and never less than nothing',
  );
  assert.equal(recommendationsTimeout(patience('999999'), 5000), 30_000);
  assert.ok(!checkoutHeaders.safeParse({ 'x-request-timeout-ms': 'soon' }).success);
});

test('a caller who does not say how long he waits, as a browser, waits as the scenario says', () => {
  const { timeouts } = resolveScenario(
    { demoMode: 'blackfriday-v3', minuteSeconds: 60 },
    { nowSeconds: 1_700_000_000 },
  );
  assert.ok(timeouts.recommendationsMs >= 8000, 'V3 promises eight seconds');
  assert.equal(recommendationsTimeout(undefined, timeouts.recommendationsMs), timeouts.recommendationsMs);
});
