import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorRateAt } from '../../curve';
import { presetOf } from '../../presets/all';
import { resolveScenario } from '../../resolve';
import { predictedFlowAlertMinute } from '../../flow-prediction';
import type { Ablation } from '../../types';
import { RESERVATIONS_MAX, LOCK_WAIT_MS, shareAt } from './document';
import { curveFaults, holdSeconds } from './law';

const sale = (options: { scale: number; minuteSeconds: number; ablation?: Ablation | null }) =>
  resolveScenario(
    { demoMode: 'flash-sale', minuteSeconds: options.minuteSeconds, traffic: { scale: options.scale } },
    { nowSeconds: 0, startTimestamp: 0, ablation: options.ablation ?? null },
  );
const { curve } = presetOf('flash-sale');

for (const scale of [1, 0.5, 0.25])
  for (const minuteSeconds of [60, 30, 10, 6])
    test(`flash-sale at scale ${scale}, minutes of ${minuteSeconds} s: the solved shares make the curve`, () => {
      const { expectations } = sale({ scale, minuteSeconds });
      for (const { minute } of curve) {
        const predicted = expectations[minute]?.predicted.errorRate ?? NaN;
        const wanted = errorRateAt(curve, minute);
        assert.ok(
          Math.abs(predicted - wanted) <= 0.035,
          `minute ${minute}: ${predicted.toFixed(3)} for ${wanted.toFixed(3)}`,
        );
      }
    });

test('without either cause nobody fails, at any scale', () => {
  for (const ablation of ['spread', 'payment'] as const)
    for (const scale of [1, 0.25]) {
      const failing = sale({ scale, minuteSeconds: 6, ablation }).expectations.filter(
        ({ predicted }) => predicted.errorRate > 0,
      );
      assert.deepEqual(failing, [], `${ablation} at ${scale}`);
    }
});

test('the flow alert is predicted for the minute at which the others are staged, and for no ablation', () => {
  for (const minuteSeconds of [60, 6])
    assert.equal(predictedFlowAlertMinute(sale({ scale: 0.25, minuteSeconds })), 22);
  for (const ablation of ['spread', 'payment'] as const)
    assert.equal(predictedFlowAlertMinute(sale({ scale: 0.25, minuteSeconds: 6, ablation })), null);
});

test('a row serves so few that a small shop has nobody left to fail, and a large one no connection for who waits', () => {
  const asked = { deals: 1, paymentInTransaction: true };
  const point = (rpm: number) => [{ minute: 5, rpm, errorRate: 0.5 }];
  const served = 60 / holdSeconds(asked);
  assert.equal(curveFaults(asked, point(2 * served + 1)).length, 0);
  assert.match(curveFaults(asked, point(2 * served - 1))[0]?.message ?? '', /at least 775 rpm/);
  const waiting = (rpm: number) => ((rpm / 2 + served) / 60) * (LOCK_WAIT_MS / 1000 + holdSeconds(asked));
  const most = 2 * ((60 * RESERVATIONS_MAX) / (LOCK_WAIT_MS / 1000 + holdSeconds(asked)) - served);
  assert.ok(waiting(most) <= RESERVATIONS_MAX + 1e-6);
  assert.equal(curveFaults(asked, point(most - 1)).length, 0);
  assert.equal(curveFaults(asked, point(most + 1)).length, 1);
});

test('who comes for the sale is a share that only grows with the errors', () => {
  const { steps } = sale({ scale: 0.25, minuteSeconds: 60 }).sale;
  assert.ok(steps.every(({ share }) => share >= 0 && share <= 1));
  assert.ok(shareAt(steps, 2) <= 0.3);
  assert.ok(shareAt(steps, 20) > shareAt(steps, 10) && shareAt(steps, 10) > shareAt(steps, 2));
  assert.equal(shareAt([], 5), 0);
});
