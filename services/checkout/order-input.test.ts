import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idempotencyHeader, type OrderInput, orderSchemaFor, toNewOrder } from './order-input';

const ORDER_ID = '0b5f4c1e-7d43-5c8e-9a35-2f1f0a6f7c11';
const priced = {
  order_id: ORDER_ID,
  idempotency_key: 'key-1',
  user_id: 'user-1',
  currency: 'EUR',
  total_cents: 12_345,
  payment_id: 'pay_1',
  items: [{ product_id: 7, quantity: 2, unit_price_cents: 6000, name: 'Camera' }],
};

const noPrice = (): Promise<number> => Promise.reject(new Error('nobody should ask for a price'));
const parse = (body: unknown): OrderInput => orderSchemaFor(body).parse(body);
const accepts = (body: unknown): boolean => orderSchemaFor(body).safeParse(body).success;

test('a priced order is written as it came', async () => {
  assert.deepEqual(await toNewOrder(parse(priced), undefined, noPrice), {
    id: ORDER_ID,
    idempotencyKey: 'key-1',
    userId: 'user-1',
    totalCents: 12_345,
    currency: 'EUR',
    items: priced.items,
    paymentId: 'pay_1',
  });
});

test('the body’s key counts before the header’s, the header’s before the order id', async () => {
  const keyless = { ...priced, idempotency_key: undefined };
  assert.equal((await toNewOrder(parse(priced), 'from-header', noPrice)).idempotencyKey, 'key-1');
  assert.equal((await toNewOrder(parse(keyless), 'from-header', noPrice)).idempotencyKey, 'from-header');
  assert.equal((await toNewOrder(parse(keyless), undefined, noPrice)).idempotencyKey, ORDER_ID);
});

test('one product, as prod-123 or 123, gets its price looked up and an id of its own', async () => {
  for (const productId of ['prod-123', 123]) {
    const asked: number[] = [];
    const order = await toNewOrder(
      parse({ user_id: 'u', product_id: productId, quantity: 3 }),
      undefined,
      (id) => {
        asked.push(id);
        return Promise.resolve(500);
      },
    );
    assert.deepEqual(asked, [123]);
    assert.equal(order.totalCents, 1500);
    assert.equal(order.currency, 'USD');
    assert.match(order.id, /^[0-9a-f-]{36}$/);
    assert.equal(order.idempotencyKey, order.id);
  }
});

test('refuses what PostgreSQL cannot take', () => {
  assert.ok(accepts(priced), 'else the refusals below say nothing');
  const withItem = (change: object): unknown => ({ ...priced, items: [{ ...priced.items[0], ...change }] });
  const refused: Record<string, unknown> = {
    'an id that is no UUID': { ...priced, order_id: '1' },
    'a product beyond int4': withItem({ product_id: 2_147_483_648 }),
    'a total beyond 2^53': { ...priced, total_cents: 1e16 },
    'a negative total': { ...priced, total_cents: -1 },
    'a NUL in a name': withItem({ name: 'a\u0000b' }),
    'half a surrogate pair': withItem({ name: '\ud800' }),
    'an overlong name': withItem({ name: 'x'.repeat(201) }),
    'no items': { ...priced, items: [] },
    'a quantity of 100': withItem({ quantity: 100 }),
    'half a piece': withItem({ quantity: 0.5 }),
    'an overlong key': { ...priced, idempotency_key: 'k'.repeat(129) },
    'a product of another kind': { user_id: 'u', product_id: 'sku-1', quantity: 1 },
    'a prod- number beyond int4': { user_id: 'u', product_id: 'prod-9999999999', quantity: 1 },
    null: null,
    'a list': [],
  };
  for (const [what, body] of Object.entries(refused)) assert.ok(!accepts(body), what);
});

test('an Idempotency-Key may be quoted, as the draft standard has it', () => {
  assert.equal(idempotencyHeader.parse({ 'Idempotency-Key': '"abc"' })['Idempotency-Key'], 'abc');
  assert.equal(idempotencyHeader.parse({ 'Idempotency-Key': 'abc' })['Idempotency-Key'], 'abc');
  assert.ok(!idempotencyHeader.safeParse({ 'Idempotency-Key': 'a b' }).success);
});
