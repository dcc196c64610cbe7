import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { closeEverything } from '../lib/closing';
import { shop } from './shop';

const FOUND = {
  order_id: 'found',
  user_id: 'user-1',
  total_cents: 5850,
  currency: 'EUR',
  payment_id: 'pay_1',
  items: [{ product_id: 10, quantity: 2, unit_price_cents: 1000 }],
};
const ANSWERS: Readonly<Record<string, { status: number; body: unknown }>> = {
  '/orders/found': {
    status: 200,
    body: { order: { ...FOUND, idempotency_key: 'key-1', created_at: 'then' } },
  },
  '/orders/unpaid': { status: 200, body: { order: { ...FOUND, payment_id: null } } },
  '/orders/wrong': { status: 400, body: { reason: 'invalid-input' } },
  '/orders/none': { status: 404, body: { reason: 'unknown-order' } },
};

/** A checkout service that knows these orders. */
const checkout = createServer((request, response) => {
  const { status, body } = ANSWERS[request.url ?? ''] ?? { status: 500, body: null };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

before(async () => {
  await new Promise<void>((resolve) => checkout.listen(0, '127.0.0.1', resolve));
  process.env.CHECKOUT_URL = `http://127.0.0.1:${String((checkout.address() as AddressInfo).port)}`;
});
after(async () => {
  delete process.env.CHECKOUT_URL;
  await closeEverything();
  checkout.close();
});

test('an order is found as the checkout service has it, and one it has not is null', async () => {
  assert.deepEqual(await shop.findOrder('found'), FOUND);
  assert.equal(await shop.findOrder('none'), null);
});

test('only "there is none" means none: a refusal, a fault or an order without a payment is a failure', async () => {
  for (const id of ['wrong', 'broken', 'unpaid']) {
    await assert.rejects(shop.findOrder(id), { status: 503, service: 'checkout' }, id);
  }
});
