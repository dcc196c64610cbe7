import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TEST_CARDS } from '../lib/test-cards';
import { decide } from './decision';

const many = Array.from({ length: 20_000 }, (_, index) => decide(`order-${String(index)}`));

test('the same order always gets the same decision', () => {
  assert.deepEqual(
    decide('7f8ad6c2-5a0e-5a83-9d0b-0e6f5f6f0001'),
    decide('7f8ad6c2-5a0e-5a83-9d0b-0e6f5f6f0001'),
  );
});

test('one card in a hundred is declined', () => {
  const declined = many.filter((decision) => !decision.approved).length;
  // 200 expected, standard deviation 14: five of them to either side.
  assert.ok(declined > 130 && declined < 270, `${String(declined)} of 20000`);
});

test('latency is spread evenly over 100 to 200 ms', () => {
  assert.ok(many.every((decision) => decision.latencyMs >= 100 && decision.latencyMs < 200));
  const mean = many.reduce((sum, decision) => sum + decision.latencyMs, 0) / many.length;
  assert.ok(Math.abs(mean - 150) < 2, `mean ${String(mean)} ms`);
});

test('whether a card is declined says nothing about how long it takes', () => {
  const declined = many.filter((decision) => !decision.approved);
  const mean = declined.reduce((sum, decision) => sum + decision.latencyMs, 0) / declined.length;
  assert.ok(Math.abs(mean - 150) < 12, `mean ${String(mean)} ms`);
});

test('payment numbers differ from order to order', () => {
  assert.equal(new Set(many.map((decision) => decision.paymentId)).size, many.length);
  assert.match(decide('a').paymentId, /^pay_[0-9a-f]{24}$/);
});

test("the provider's test cards are approved and declined whatever the order is", () => {
  for (let order = 0; order < 500; order++) {
    assert.equal(decide(`order-${String(order)}`, TEST_CARDS.approved).approved, true);
    assert.equal(decide(`order-${String(order)}`, TEST_CARDS.declined).approved, false);
  }
  assert.deepEqual(decide('order-1', 'tok_other'), decide('order-1'));
});
