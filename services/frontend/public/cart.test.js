import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import '../../../test/mocks/page.mjs';
const { cart } = await import('./cart.js');
const { CheckoutAttempt } = await import('./checkout-attempt.js');
const money = await import('./money.js');

/** @type {{ method: string | undefined, path: string, json: any, answer: (body: object) => void }[]} */
let asked = [];
globalThis.fetch = (/** @type {unknown} */ path, /** @type {RequestInit} */ init = {}) =>
  new Promise((resolve) => {
    asked.push({
      method: init.method,
      path: String(path),
      json: typeof init.body === 'string' ? JSON.parse(init.body) : null,
      answer: (body) => resolve(Response.json(body)),
    });
  });
const settled = () => new Promise((resolve) => setImmediate(resolve));
const items = [
  { product_id: 7, name: 'Lamp', quantity: 2, unit_price_cents: 500 },
  { product_id: 9, name: 'Book', quantity: 1, unit_price_cents: 250 },
];

beforeEach(() => (asked = []));

describe('the cart', () => {
  it('sends one change after the other, and is what the shop said last', async () => {
    let changes = 0;
    cart.onChange(() => (changes += 1));
    const [first, second] = [cart.add(7), cart.setQuantity(9, 1)];
    await settled();
    assert.equal(asked.length, 1, 'the second waits');
    asked[0]?.answer({ items: items.slice(0, 1) });
    await first;
    await settled();
    asked[1]?.answer({ items });
    await second;
    assert.deepEqual([changes, cart.count(), cart.totalCents()], [2, 3, 1250]);
    assert.deepEqual([asked[1]?.method, asked[1]?.json], ['PUT', { quantity: 1 }]);
  });

  it('takes out what none is wanted of', async () => {
    const change = cart.setQuantity(7, 0);
    await settled();
    assert.equal(asked[0]?.method, 'DELETE');
    asked[0].answer({ items: [] });
    await change;
    assert.equal(cart.count(), 0);
  });
});

describe('a checkout', () => {
  it('keeps items, currency and key over its retries; another card is another order', async () => {
    const attempt = new CheckoutAttempt(items, '10001');
    const sent = [attempt.send(), attempt.send(), attempt.withAnotherCard().send()];
    await settled();
    for (const { answer } of asked) answer({});
    await Promise.all(sent);
    const [first, second, third] = asked.map(({ json }) => json);
    assert.deepEqual(first, second);
    assert.equal(attempt.tries, 2);
    assert.deepEqual(first.items, [
      { product_id: 7, quantity: 2 },
      { product_id: 9, quantity: 1 },
    ]);
    assert.notEqual(third.idempotency_key, first.idempotency_key);
    assert.deepEqual({ ...third, idempotency_key: '' }, { ...first, idempotency_key: '' });
  });
});

describe('prices', () => {
  it('are in the currency that was chosen, also after a reload, and in dollars where the shop no longer has it', () => {
    const yen = { code: 'JPY', rate: 150, decimals: 0 };
    money.useRates([{ code: 'USD', rate: 1, decimals: 2 }, yen]);
    money.chooseCurrency('JPY');
    assert.equal(money.price(1000), '¥1,500');
    money.useRates([yen, { code: 'USD', rate: 1, decimals: 2 }]);
    assert.equal(money.currencyCode(), 'JPY', 'as it was kept');
    money.useRates([{ code: 'USD', rate: 1, decimals: 2 }]);
    assert.equal(money.price(1000), '$10.00');
  });
});
