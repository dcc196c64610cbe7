import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import '../../../test/mocks/page.mjs';

document.body.innerHTML = `
  <dialog id="drawer"><h2 id="drawer-title"></h2><button id="close-drawer"></button><div id="drawer-body"></div></dialog>
  <p id="toast"></p>`;
const { cart } = await import('./cart.js');
const { openDrawer, setUpDrawer } = await import('./drawer.js');
const { visitor } = await import('./visitor.js');

/** What the shop answers, by request. @type {Record<string, () => Response>} */
let answers = {};
/** @type {any[]} */
let orders = [];
globalThis.fetch = async (/** @type {unknown} */ path, /** @type {RequestInit} */ init = {}) => {
  if (path === '/api/checkout') orders.push(JSON.parse(String(init.body)));
  return (answers[`${init.method} ${path}`] ?? (() => Response.json({ items: [] })))();
};
const settled = () => new Promise((resolve) => setImmediate(resolve));
const read = () => (document.getElementById('drawer')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
/** @param {string} label */
const press = async (label) => {
  const found = [...document.querySelectorAll('button')].find((button) => button.textContent === label);
  assert.ok(found, label);
  found.click();
  await settled();
};
const placeOrder = async () => {
  document.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await settled();
};
/** @param {number} status @param {object} body */
const checkoutAnswers = (status, body) => {
  answers['POST /api/checkout'] = () => Response.json(body, { status });
};
const PLACED = {
  order_id: 'abcdef12-0000',
  created: true,
  total: { amount: 12.5, currency: 'USD' },
  payment_id: 'pay-1',
  shipping: null,
  recommendations: [],
};

setUpDrawer();

describe('the drawer', () => {
  beforeEach(async () => {
    orders = [];
    const items = [{ product_id: 7, name: 'Lamp', quantity: 99, unit_price_cents: 500 }];
    answers = { [`GET /api/cart/${visitor.cartId}`]: () => Response.json({ items }) };
    await cart.load();
    openDrawer();
  });

  it('shows the cart, and lets nobody have more of a thing than the shop sells', () => {
    assert.match(read(), /^Your cartLamp\$5\.00 each/);
    const more = document.querySelector('[aria-label="One more: Lamp"]');
    assert.ok(more?.hasAttribute('disabled'));
    assert.equal(document.querySelector('[aria-label="One less: Lamp"]')?.hasAttribute('disabled'), false);
  });

  it('says what timed out and in which trace; a retry is the same order', async () => {
    const body = { error: 'x', reason: 'recommendations-timeout', waited_ms: 2004, trace_id: 'feed' };
    checkoutAnswers(503, body);
    await placeOrder();
    assert.match(read(), /Something went wrong.*Recommendations timed out after 2\.0 s\./);
    assert.match(read(), /Your cart is as it was, and trying again never orders twice\./);
    assert.match(read(), /Attempt1Tracefeed/);
    checkoutAnswers(201, PLACED);
    await press('Try again');
    assert.match(read(), /^Thank you.*OrderABCDEF12Total\$12\.50/);
    assert.equal(orders[0].idempotency_key, orders[1].idempotency_key);
  });

  it('asks for another card where it was declined, with another payment', async () => {
    checkoutAnswers(402, { error: 'declined', reason: 'card-declined' });
    await placeOrder();
    assert.match(read(), /^Card declined.*The card was declined\. Nothing was charged\./);
    assert.doesNotMatch(read(), /never orders twice/);
    checkoutAnswers(201, { ...PLACED, created: false });
    await press('Pay with another card');
    assert.match(read(), /Your order was placed already/);
    assert.notEqual(orders[0].idempotency_key, orders[1].idempotency_key);
  });
});
