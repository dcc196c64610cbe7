import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConvention, readShopRegistry } from '../../telemetry/registry';
import { emittedBy } from './emitted';
import { findingsOf } from './judge';
import { attributesOf } from './sink';

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
