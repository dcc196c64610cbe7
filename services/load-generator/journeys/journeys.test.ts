import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEAL_OF_THE_DAY } from '../../../scenario/sql/catalog';
import { MAX_QUANTITY } from '../../lib/fields';
import type { Journey } from '../../../scenario/types';
import {
  BASELINE_WEIGHTS,
  CHECKOUT_ONLY,
  dealProducts,
  hash,
  journeyOf,
  MEAN_DEAL_PRICE_USD,
  planJourney,
  saleItems,
} from './journeys';

test('weights are met within any fifty arrivals, not only in the long run', () => {
  for (const begin of [0, 1, 997, 123_456_789]) {
    const carts = Array.from({ length: 50 }, (_, i) => journeyOf(begin + i, BASELINE_WEIGHTS)).filter(
      (journey) => journey === 'browse_and_cart',
    ).length;
    assert.ok(Math.abs(carts - 10) <= 1, `${carts} of 50 from ${begin}`);
  }
});

test('weights of a share of the stream are met, too', () => {
  const weights = { browse_only: 0.5, browse_and_cart: 0.2, full_checkout: 0.3 };
  const seen: Record<Journey, number> = { browse_only: 0, browse_and_cart: 0, full_checkout: 0 };
  for (let i = 1; i < 3_000; i += 3) seen[journeyOf(i, weights)] += 1;
  assert.ok(Math.abs(seen.full_checkout - 300) <= 5, JSON.stringify(seen));
  assert.ok(Math.abs(seen.browse_and_cart - 200) <= 5, JSON.stringify(seen));
});

test('where every request is a checkout, every one is; baseline never buys', () => {
  for (let i = 0; i < 1_000; i++) {
    assert.equal(journeyOf(i, CHECKOUT_ONLY), 'full_checkout');
    assert.notEqual(journeyOf(i, BASELINE_WEIGHTS), 'full_checkout');
  }
});

test('deals are fifty products, none at the border of an extent', () => {
  for (const rows of [50_000, 100_000, 500_000]) {
    const deals = dealProducts(rows);
    assert.equal(new Set(deals).size, 50);
    for (const id of deals) assert.notEqual(id % Math.floor(rows / 128), 0);
  }
});

test('a plan is deterministic, has one to three different products and its own key', () => {
  const deals = dealProducts(500_000);
  const plan = (index: number) => planJourney('demo', index, 'full_checkout', deals, 712, 'load-0');
  const keys = new Set<string>();
  const users = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const { items, userId, idempotencyKey } = plan(i);
    assert.ok(items.length >= 1 && items.length <= 3);
    assert.equal(new Set(items.map((item) => item.product_id)).size, items.length);
    for (const item of items) assert.ok(deals.includes(item.product_id) && [1, 2, 3].includes(item.quantity));
    assert.match(userId, /^user-[1-3]\d{3}$/);
    keys.add(idempotencyKey);
    users.add(userId);
  }
  assert.equal(keys.size, 2_000);
  assert.ok(users.size > 1_000, String(users.size));
  assert.deepEqual(plan(7), plan(7));
});

test('the hash spreads neighbours over the whole range', () => {
  const quarters = [0, 0, 0, 0];
  for (let i = 0; i < 4_000; i++)
    quarters[hash(`demo/${i}`) >>> 30] = (quarters[hash(`demo/${i}`) >>> 30] ?? 0) + 1;
  for (const count of quarters) assert.ok(count > 900 && count < 1_100, quarters.join());
});

test('orders have the value that is asked for, on the mean, and each product at least once', () => {
  const deals = dealProducts(500_000);
  for (const orderValueUsd of [500, 712, 1190, 20_000]) {
    let pieces = 0;
    const orders = 20_000;
    for (let i = 0; i < orders; i++) {
      const { items } = planJourney('demo', i, 'full_checkout', deals, orderValueUsd, 'load-0');
      for (const { quantity } of items) {
        assert.ok(quantity >= 1 && quantity <= MAX_QUANTITY);
        pieces += quantity;
      }
    }
    const mean = (pieces / orders) * MEAN_DEAL_PRICE_USD;
    assert.ok(Math.abs(mean / orderValueUsd - 1) < 0.03, `${mean} for ${orderValueUsd}`);
  }
});

test('an order is worth the same on the mean however many products it has, and every product is bought as often', () => {
  const deals = dealProducts(500_000);
  const orders = Array.from(
    { length: 6_000 },
    (_, i) => planJourney('demo', i, 'full_checkout', deals, 1190, 'load-0').items,
  );
  for (const count of [1, 2, 3]) {
    const those = orders.filter((items) => items.length === count);
    const pieces = those.flat().reduce((sum, { quantity }) => sum + quantity, 0);
    const mean = (pieces / those.length) * MEAN_DEAL_PRICE_USD;
    assert.ok(those.length > 1_500 && Math.abs(mean / 1190 - 1) < 0.03, `${mean} with ${count}`);
  }
  // Also of the third of them that a minute loses.
  for (const from of [0, 1_000, 4_321]) {
    const firsts = orders.slice(from, from + 150).filter((_, i) => i % 3 === 0);
    assert.ok(new Set(firsts.map(([item]) => item?.product_id)).size >= 30, String(from));
  }
});

test('who comes for the sale buys one piece of one deal, in just the share that is asked for', () => {
  const deals = dealProducts(100_000);
  const bought = (share: number, products: number) =>
    Array.from({ length: 1_000 }, (_, index) => saleItems(index, { share, products }, deals)).filter(
      (items) => items !== null,
    );
  assert.equal(bought(0, 1).length, 0);
  assert.ok(Math.abs(bought(0.6, 1).length - 600) <= 2);
  assert.deepEqual(new Set(bought(0.6, 1).map(([item]) => item?.product_id)), new Set([DEAL_OF_THE_DAY]));
  const spread = bought(1, 50).map(([item]) => item?.product_id);
  assert.equal(spread.length, 1_000);
  assert.equal(new Set(spread).size, 50);
});
