import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from '../lib/errors';
import type { NewOrder } from './order-input';
import { OrderRepository, type QueryRunner } from './order-repository';

const order: NewOrder = {
  id: '0b5f4c1e-7d43-5c8e-9a35-2f1f0a6f7c11',
  idempotencyKey: 'key-1',
  userId: 'user-1',
  totalCents: 12_345,
  currency: 'USD',
  items: [{ product_id: 7, quantity: 2 }],
  paymentId: 'pay_1',
};

const row = (change: object = {}): Record<string, unknown> => ({
  id: order.id,
  idempotency_key: order.idempotencyKey,
  user_id: order.userId,
  total_cents: '12345',
  currency: 'USD',
  items: order.items,
  payment_id: 'pay_1',
  created_at: new Date('2026-11-01T12:00:00Z'),
  ...change,
});

/** A database that answers the statements in turn; test/ runs the same statements against a real PostgreSQL. */
function answering(...answers: Record<string, unknown>[][]): QueryRunner & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    query: (text) => {
      asked.push(text);
      return Promise.resolve({ rows: answers[asked.length - 1] ?? [] });
    },
  };
}

test('a new order takes one statement, and its total comes back as a number', async () => {
  const database = answering([row()]);
  const result = await new OrderRepository(database).create(order);
  assert.equal(result.created, true);
  assert.equal(result.order.total_cents, 12_345);
  assert.equal(result.order.created_at, '2026-11-01T12:00:00.000Z');
  assert.equal(database.asked.length, 1);
});

test('a retry gets the order that was written first, even with another total', async () => {
  const result = await new OrderRepository(answering([], [row({ total_cents: '999' })])).create(order);
  assert.equal(result.created, false);
  assert.equal(result.order.total_cents, 999);
});

const refusedWith =
  (reason: string) =>
  (error: unknown): boolean =>
    error instanceof HttpError && error.status === 409 && error.reason === reason;

test('an id that another key or user used is refused', async () => {
  await assert.rejects(new OrderRepository(answering([], [])).create(order), refusedWith('order-id-taken'));
});

test('an unknown product has no price', async () => {
  await assert.rejects(
    new OrderRepository(answering([])).priceOf(5),
    (error: unknown) => error instanceof HttpError && error.status === 404,
  );
});
