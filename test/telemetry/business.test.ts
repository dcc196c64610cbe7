import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConvention, readShopRegistry } from '../../telemetry/registry';
import { emittedBy } from './emitted';
import { findingsOf } from './judge';
import { attributesOf } from './sink';

describe('abandoned carts', () => {
  it('are counted once, with their cohort and value: what is bought, emptied or still touched is none', async () => {
    const sent = await emittedBy(
      `const { OpenCarts, ABANDONED_AFTER_MS } = lib('../cart/open-carts');
       const hash = new Map();
       const redis = {
         hset: async (_key, field, value) => void hash.set(field, value),
         hdel: async (_key, field) => Number(hash.delete(field)),
         hgetall: async () => Object.fromEntries(hash),
       };
       let now = 1_000_000;
       const replicas = [1, 2].map(() => new OpenCarts(redis, () => now));
       const [carts] = replicas;
       const within = (trafficType, work) =>
         lib('cohort').withCohort({ trafficType, runId: 'normal', minute: null, phase: null }, work);
       await within('demo', () => carts.touch('left'));
       await within('baseline', () => carts.touch('looked'));
       await within('demo', () => carts.touch('bought'));
       await carts.close('bought');
       await within('baseline', () => carts.touch('gone'));
       now += ABANDONED_AFTER_MS - 1;
       await within('demo', () => carts.touch('young'));
       const look = () => Promise.all(replicas.map((each) =>
         each.countAbandoned(async (cart) => ({ left: 12_050, looked: 999, young: 1 })[cart] ?? 0)));
       await look();
       if (hash.size !== 4) throw new Error('too early');
       now += 1;
       await look();
       await look();
       if (hash.size !== 1) throw new Error('the young one alone is open');`,
      { SERVICE: 'cart', LOG_LEVEL: 'info' },
    );
    assert.deepEqual(findingsOf(sent, readShopRegistry(), readConvention()), []);
    const byCohort = (name: string) =>
      sent.metrics
        .find(({ record }) => record.name === name)
        ?.record.sum?.dataPoints.map((point) => [
          attributesOf(point)['traffic.type'],
          point.asDouble ?? Number(point.asInt),
        ]);
    assert.deepEqual(byCohort('shop.cart.abandoned'), [
      ['demo', 1],
      ['baseline', 1],
    ]);
    assert.deepEqual(byCohort('shop.cart.abandoned_value'), [
      ['demo', 120.5],
      ['baseline', 9.99],
    ]);
  });
});

describe('what checkouts earn and lose', () => {
  it('is counted by cohort and outcome: a retry is no second order, a failure no revenue', async () => {
    const sent = await emittedBy(
      `const { CheckoutTelemetry } = lib('../frontend/checkout-telemetry');
       const { CheckoutFailedError } = lib('../frontend/checkout-failure');
       const { DownstreamError } = lib('http-client');
       const order = (goodsCents) => ({ orderId: 'o', userId: 'u', pieces: 1, lines: [], goodsCents });
       const telemetry = new CheckoutTelemetry();
       const cohort = { trafficType: 'demo', runId: 'normal', minute: null, phase: null };
       lib('cohort').withCohort(cohort, () => {
         telemetry.placed(true, order(12_000));
         telemetry.placed(true, order(30_050));
         telemetry.placed(false, order(12_000));
         telemetry.declined();
         telemetry.refused();
         const late = new DownstreamError('product-catalog', 'timeout', 'late', null, null);
         telemetry.failed(new CheckoutFailedError('recommendations', late, 2_000), order(9_900));
       });`,
      { SERVICE: 'frontend', LOG_LEVEL: 'info' },
    );
    assert.deepEqual(findingsOf(sent, readShopRegistry(), readConvention()), []);
    const metric = (name: string) => sent.metrics.find(({ record }) => record.name === name)?.record;
    const outcomes = metric('shop.checkouts')?.sum?.dataPoints.map((point) => [
      attributesOf(point)['checkout.outcome'],
      Number(point.asDouble ?? point.asInt),
    ]);
    assert.deepEqual(Object.fromEntries(outcomes ?? []), {
      placed: 2,
      repeated: 1,
      declined: 1,
      refused: 1,
      failed: 1,
    });
    const [value] = metric('shop.order.value')?.histogram?.dataPoints ?? [];
    assert.equal(value?.sum, 420.5);
    assert.equal(Number(value.count), 2);
    const [lost] = metric('shop.checkout.lost_revenue')?.sum?.dataPoints ?? [];
    assert.equal(lost?.asDouble ?? Number(lost?.asInt), 99);
  });
});
