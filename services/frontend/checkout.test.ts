import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEAL_OF_THE_DAY } from '../../scenario/sql/catalog';
import { HttpError } from '../lib/errors';
import { DownstreamError } from '../lib/http-client';
import { placeOrder, wantedItems } from './checkout';
import type { CheckoutRequest, CheckoutServices, PricedOrder } from './order';
import { CheckoutFailedError } from './checkout-failure';
import { orderIdFor } from './order-id';
import type { Cart, Product, StoredOrder } from './shop';

const request: CheckoutRequest = {
  user_id: 'user-1',
  cart_id: 'cart-1',
  currency: 'EUR',
  zip: '10001',
  idempotencyKey: 'key-1',
  keyIsCallers: true,
  recommendationsTimeoutMs: 5000,
  paymentInTransaction: false,
};

const cartOf = (...ids: number[]): Cart => ({
  cart_id: 'cart-1',
  items: ids.map((id) => ({
    product_id: id,
    quantity: 2,
    unit_price_cents: 1,
    name: 'as it was when put in',
  })),
  total_cents: 2 * ids.length,
});

const productOf = (id: number): Product => ({
  id,
  name: `Camera ${String(id)}`,
  category: 'electronics',
  price_cents: id * 100,
  stock_quantity: 5,
});

/** Services that answer at once and write down who was asked what. */
function healthyServices(cart: Cart, orders = new Map<string, StoredOrder>()) {
  const calls: string[] = [];
  const details: Record<string, unknown> = {};
  const answer = <T>(name: string, value: T, detail?: unknown): Promise<T> => {
    calls.push(name);
    details[name] = detail;
    return Promise.resolve(value);
  };
  const services: CheckoutServices = {
    readCart: () => answer('cart', cart),
    emptyCart: () => answer('empty cart', undefined),
    product: (id) => answer(`product ${String(id)}`, productOf(id)),
    listProducts: () => Promise.reject(new Error('no part of a checkout')),
    fetchAds: () => Promise.reject(new Error('no part of a checkout')),
    fetchRecommendations: (userId, timeoutMs) =>
      answer('recommendations', [1, 2, 3, 4, 5].map(productOf), { userId, timeoutMs }),
    quoteShipping: (items) =>
      answer('shipping', { cost_cents: 500, currency: 'USD' as const, days: 2, carrier: 'Post' }, items),
    convertFromUsd: (amountCents, to) =>
      answer(
        'currency',
        { amount: amountCents / 100, from: 'USD', to, rate: 0.9, converted: (amountCents * 0.9) / 100 },
        amountCents,
      ),
    availableStock: () => Promise.reject(new Error('no part of a checkout')),
    reserveStock: (reservation) => answer('reserve', undefined, reservation),
    reserveAndCharge: (reservation, payment) =>
      answer('reserve and charge', 'pay_1', { reservation, payment }),
    releaseStock: (orderId) => answer('release', undefined, orderId),
    charge: (payment) => answer('payment', 'pay_1', payment),
    findOrder: (orderId) => answer('look up', orders.get(orderId) ?? null),
    createOrder: (order) => {
      if (!orders.has(order.order_id)) orders.set(order.order_id, order);
      const { order_id, total_cents, currency } = order;
      return answer('checkout', { order_id, created: true, total_cents, currency }, order);
    },
    recordDeclined: (order) => answer('declined', undefined, order),
  };
  return { services, calls, details };
}

const nothing = (): void => undefined;

test('asks the services one after the other, in the order of the architecture', async () => {
  const { services, calls } = healthyServices(cartOf(10, 20));
  await placeOrder(request, services, nothing);
  assert.deepEqual(calls, [
    'cart',
    'look up',
    'product 10',
    'product 20',
    'shipping',
    'recommendations',
    'currency',
    'reserve',
    'payment',
    'checkout',
    'empty cart',
  ]);
});

test('charges the catalog’s prices and shipping, not the prices in the cart', async () => {
  const { services, details } = healthyServices(cartOf(10, 20));
  const placed = await placeOrder(request, services, nothing);
  assert.equal(placed.goodsCents, 2 * 1000 + 2 * 2000);
  assert.equal(details.currency, 6000 + 500);
  assert.deepEqual(details.payment, {
    order_id: orderIdFor('user-1', 'key-1'),
    amount: 58.5,
    currency: 'EUR',
    user_id: 'user-1',
  });
  assert.equal((details.checkout as { total_cents: number }).total_cents, 5850);
  assert.equal(placed.recommendations.length, 3);
});

test('an empty cart buys the deal of the day, and nothing is there to empty', async () => {
  const { services, calls, details } = healthyServices(cartOf());
  await placeOrder(request, services, nothing);
  assert.deepEqual(
    (details.checkout as StoredOrder).items.map((item) => [item.product_id, item.quantity]),
    [[DEAL_OF_THE_DAY, 1]],
  );
  assert.ok(!calls.includes('empty cart'));
});

test('named items count before the cart, which stays if it holds something else', async () => {
  const { services, calls } = healthyServices(cartOf(10));
  await placeOrder({ ...request, items: [{ product_id: 7, quantity: 1 }] }, services, nothing);
  assert.ok(calls.includes('product 7') && !calls.includes('product 10'));
  assert.ok(!calls.includes('empty cart'));
  assert.deepEqual(wantedItems({}, cartOf(10)), cartOf(10).items);
});

test('a retry with the same key asks for the same order and the same payment', async () => {
  const first = healthyServices(cartOf(10));
  const second = healthyServices(cartOf(10));
  await placeOrder(request, first.services, nothing);
  await placeOrder(request, second.services, nothing);
  assert.deepEqual(first.details.payment, second.details.payment);
  assert.deepEqual(first.details.checkout, second.details.checkout);
});

test('a retry that finds its cart emptied gets the order as it was written: nobody prices or charges again', async () => {
  const orders = new Map<string, StoredOrder>();
  const first = await placeOrder(request, healthyServices(cartOf(10, 20), orders).services, nothing);
  for (const cartNow of [cartOf(), cartOf(30)]) {
    const { services, calls } = healthyServices(cartNow, orders);
    let priced: PricedOrder | null = null;
    const again = await placeOrder(request, services, (order) => {
      priced = order;
    });
    assert.deepEqual(calls, ['cart', 'look up'], 'and what is in the cart now stays there');
    assert.deepEqual(again.created, { ...first.created, created: false });
    assert.equal(again.paymentId, first.paymentId);
    assert.equal(again.shipping, null);
    const { orderId, goodsCents, pieces } = priced as unknown as PricedOrder;
    assert.deepEqual(
      { orderId, goodsCents, pieces },
      { orderId: first.orderId, goodsCents: 6000, pieces: 4 },
      'the span tells the order of the first request',
    );
  }
});

test('another user with the same key places an order of his own', async () => {
  const orders = new Map<string, StoredOrder>();
  const first = await placeOrder(request, healthyServices(cartOf(10), orders).services, nothing);
  const { services, calls } = healthyServices(cartOf(20), orders);
  const second = await placeOrder({ ...request, user_id: 'user-2' }, services, nothing);
  assert.notEqual(second.orderId, first.orderId);
  assert.equal(second.created.created, true);
  assert.ok(calls.includes('payment'));
});

test('who names items or has no key of his own costs no look-up', async () => {
  for (const change of [{ items: [{ product_id: 10, quantity: 1 }] }, { keyIsCallers: false }]) {
    const { services, calls } = healthyServices(cartOf(10));
    await placeOrder({ ...request, ...change }, services, nothing);
    assert.ok(!calls.includes('look up') && calls.includes('payment'));
  }
});

test('a look-up that fails fails the checkout: a charge in doubt is none', async () => {
  const { services, calls } = healthyServices(cartOf());
  services.findOrder = () => Promise.reject(new DownstreamError('checkout', 'unreachable', 'away', null));
  await assert.rejects(placeOrder(request, services, nothing), { reason: 'checkout-unavailable' });
  // The price is asked for, since it is lost; nothing else.
  assert.deepEqual(calls, ['cart', 'product 123']);
});

test('a retry that names its items is priced, charged and written as the first request', async () => {
  const orders = new Map<string, StoredOrder>();
  const named = { ...request, items: [{ product_id: 10, quantity: 2 }] };
  const first = healthyServices(cartOf(10), orders);
  const second = healthyServices(cartOf(), orders);
  const one = await placeOrder(named, first.services, nothing);
  const two = await placeOrder(named, second.services, nothing);
  assert.deepEqual(first.details.payment, second.details.payment);
  assert.equal(one.goodsCents, two.goodsCents);
});

const timeoutOf = (
  body: unknown,
  reason: 'timeout' | 'unreachable' | 'downstream-error' = 'downstream-error',
) => new DownstreamError('product-catalog', reason, 'product-catalog answered 503', body);

test('recommendations that wait for the pool in vain: a time-out, the value is known, nothing is charged', async () => {
  const { services, calls } = healthyServices(cartOf(10));
  services.fetchRecommendations = () => Promise.reject(timeoutOf({ reason: 'pool-exhausted' }));
  let priced: PricedOrder | null = null;
  const error: unknown = await placeOrder(request, services, (order) => {
    priced = order;
  }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof CheckoutFailedError);
  assert.equal(error.status, 503);
  assert.equal(error.reason, 'recommendations-timeout');
  assert.equal(error.extra.cause, 'pool-exhausted');
  assert.equal((priced as PricedOrder | null)?.goodsCents, 2000);
  assert.deepEqual(calls, ['cart', 'look up', 'product 10', 'shipping'], 'nobody was asked after it');
});

test('late and away are distinguished', async () => {
  for (const [failure, reason] of [
    [timeoutOf(null, 'timeout'), 'recommendations-timeout'],
    [timeoutOf({ reason: 'database-unavailable' }), 'recommendations-unavailable'],
    [timeoutOf(null, 'unreachable'), 'recommendations-unavailable'],
    [timeoutOf('<html>'), 'recommendations-unavailable'],
  ] as const) {
    const { services } = healthyServices(cartOf(10));
    services.fetchRecommendations = () => Promise.reject(failure);
    await assert.rejects(placeOrder(request, services, nothing), (error: unknown) => {
      assert.ok(error instanceof CheckoutFailedError);
      assert.equal(error.reason, reason);
      return true;
    });
  }
});

test('the step that failed gives the reason its name', async () => {
  const cart = healthyServices(cartOf(10));
  cart.services.readCart = () => Promise.reject(new DownstreamError('cart', 'unreachable', 'away', null));
  await assert.rejects(placeOrder(request, cart.services, nothing), {
    reason: 'cart-unavailable',
    status: 503,
  });
  const payment = healthyServices(cartOf(10));
  payment.services.charge = () => Promise.reject(new DownstreamError('payment', 'timeout', 'late', null));
  await assert.rejects(placeOrder(request, payment.services, nothing), { reason: 'payment-timeout' });
});

test('a declined card is an answer, 402, and writes no order', async () => {
  const { services, calls } = healthyServices(cartOf(10));
  services.charge = () => Promise.resolve(null);
  await assert.rejects(placeOrder(request, services, nothing), { status: 402, reason: 'card-declined' });
  assert.ok(!calls.includes('checkout'));
});

test('pieces are put aside before anybody pays, and given back when the card is declined', async () => {
  const { services, calls, details } = healthyServices(cartOf(20, 10));
  services.charge = () => Promise.resolve(null);
  await assert.rejects(placeOrder(request, services, nothing), { status: 402 });
  assert.deepEqual(details.reserve, {
    order_id: orderIdFor('user-1', 'key-1'),
    items: [
      { product_id: 20, quantity: 2 },
      { product_id: 10, quantity: 2 },
    ],
  });
  assert.equal(details.release, orderIdFor('user-1', 'key-1'));
  assert.deepEqual(calls.slice(-2), ['release', 'declined']);
  services.releaseStock = () => Promise.reject(new DownstreamError('inventory', 'timeout', '', null));
  await assert.rejects(
    placeOrder(request, services, nothing),
    { status: 402 },
    'whatever the inventory says',
  );
});

test('a payment or an order in doubt keeps its pieces: only the inventory sees whether the order came to be', async () => {
  const late = (): Promise<never> => Promise.reject(new DownstreamError('payment', 'timeout', 'late', null));
  for (const change of [{ charge: late }, { createOrder: late }]) {
    const { services, calls } = healthyServices(cartOf(10));
    await assert.rejects(placeOrder(request, { ...services, ...change }, nothing), { status: 503 });
    assert.ok(calls.includes('reserve') && !calls.includes('release'));
  }
});

test('where the transaction spans the payment, the inventory charges, and what it rolls back needs no release', async () => {
  const { services, calls, details } = healthyServices(cartOf(10));
  const within = { ...request, paymentInTransaction: true };
  assert.equal((await placeOrder(within, services, nothing)).paymentId, 'pay_1');
  assert.ok(!calls.includes('payment') && !calls.includes('reserve'));
  assert.deepEqual(details['reserve and charge'], {
    reservation: { order_id: orderIdFor('user-1', 'key-1'), items: [{ product_id: 10, quantity: 2 }] },
    payment: { order_id: orderIdFor('user-1', 'key-1'), amount: 22.5, currency: 'EUR', user_id: 'user-1' },
  });
  const declined = healthyServices(cartOf(10));
  declined.services.reserveAndCharge = () => Promise.resolve(null);
  await assert.rejects(placeOrder(within, declined.services, nothing), { status: 402 });
  assert.ok(!declined.calls.includes('release'));
});

test('what is sold out is an answer, 409, and nobody pays for it', async () => {
  const { services, calls } = healthyServices(cartOf(10));
  services.reserveStock = () => Promise.reject(new HttpError(409, 'out-of-stock', 'sold out'));
  await assert.rejects(placeOrder(request, services, nothing), { status: 409, reason: 'out-of-stock' });
  assert.ok(!calls.includes('payment'));
});

test('an inventory that waits in vain for a row is late, not away', async () => {
  const { services } = healthyServices(cartOf(10));
  services.reserveStock = () =>
    Promise.reject(new DownstreamError('inventory', 'downstream-error', '', { reason: 'lock-timeout' }));
  const error: unknown = await placeOrder(request, services, nothing).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof CheckoutFailedError);
  assert.equal(error.reason, 'inventory-timeout');
  assert.equal(error.extra.cause, 'lock-timeout');
});

test('an unknown product stays a 404', async () => {
  const { services } = healthyServices(cartOf(10));
  services.product = () => Promise.reject(new HttpError(404, 'unknown-product', 'there is no product 10'));
  await assert.rejects(placeOrder(request, services, nothing), { status: 404, reason: 'unknown-product' });
});

test('an order that is written stays a success when the cart cannot be emptied', async () => {
  const { services } = healthyServices(cartOf(10));
  services.emptyCart = () => Promise.reject(new DownstreamError('cart', 'timeout', 'late', null));
  assert.equal((await placeOrder(request, services, nothing)).created.created, true);
});

test('a declined card is put on record, and stays the answer when that fails', async () => {
  const { services, details } = healthyServices(cartOf(10));
  services.charge = () => Promise.resolve(null);
  await assert.rejects(placeOrder(request, services, nothing), { status: 402 });
  const { order_id, total_cents } = details.declined as { order_id: string; total_cents: number };
  assert.match(order_id, /^[0-9a-f-]{36}$/);
  assert.ok(total_cents > 0);
  services.recordDeclined = () => Promise.reject(new DownstreamError('checkout', 'timeout', 'late', null));
  await assert.rejects(placeOrder(request, services, nothing), { status: 402 });
});

test('what is lost is known even when the order of an earlier request cannot be looked for', async () => {
  const { services } = healthyServices(cartOf(10));
  services.findOrder = () => Promise.reject(new DownstreamError('checkout', 'timeout', 'late', null));
  let lostCents = 0;
  const failing = placeOrder({ ...request, keyIsCallers: true }, services, ({ goodsCents }) => {
    lostCents = goodsCents;
  });
  await assert.rejects(failing, { reason: 'checkout-timeout' });
  assert.ok(lostCents > 0);
});
