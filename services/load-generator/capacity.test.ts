import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScenarioConfig } from '../../scenario/config/parse';
import { simulatePool } from '../../scenario/prediction';
import { REST_OF_CHECKOUT_MS } from '../../scenario/presets/preset';
import { resolveScenario } from '../../scenario/resolve';
import type { Scenario } from '../../scenario/types';
import { MAX_IN_FLIGHT } from './generator';

/** The peak, where the curve is flat. */
const PEAK = 20;

function blackFriday(scale: number): Scenario {
  const config = parseScenarioConfig({ demoMode: 'blackfriday', minuteSeconds: 6, traffic: { scale } });
  return resolveScenario(config, { nowSeconds: 0, startTimestamp: 0 });
}

/** Checkouts under way at the peak, by Little's law: all that come, for as long as the pool's simulation says each takes. */
function underWayAtPeak(scenario: Scenario): number {
  const { minuteSeconds, durationMinutes, traffic, pools, storage } = scenario;
  const { max: connections, acquireTimeoutMs } = pools.recommendation;
  const minutes = simulatePool({
    ...{ minuteSeconds, durationMinutes, points: traffic.demoPoints },
    ...{ connections, acquireTimeoutMs, hold: storage.steps },
  });
  const { requests, failed, p95Ms } = minutes[PEAK] ?? assert.fail();
  const perSecond = (count: number): number => count / minuteSeconds;
  // At the peak everybody who is answered has waited nearly as long as may be: p95 is what nearly all of them take.
  return (
    (perSecond(failed) * acquireTimeoutMs +
      perSecond(requests - failed) * ((p95Ms ?? 0) + REST_OF_CHECKOUT_MS)) /
    1000
  );
}

test('at scale 100 the pool’s law makes the same curve, with a hundred times the connections and the load', () => {
  const [one, hundred] = [blackFriday(1), blackFriday(100)];
  assert.equal(hundred.pools.recommendation.max, 100 * one.pools.recommendation.max);
  hundred.expectations.forEach(({ minute, predicted }, i) => {
    const expected = one.expectations[i]?.predicted ?? assert.fail();
    assert.ok(
      Math.abs(predicted.errorRate - expected.errorRate) < 0.02,
      `minute ${String(minute)}: ${String(predicted.errorRate)}, at scale 1 ${String(expected.errorRate)}`,
    );
  });
});

test('of what is under way at the peak one replica bears scale 22, and scale 100 takes five', () => {
  const underWay = underWayAtPeak(blackFriday(100));
  assert.equal(Math.floor((100 * MAX_IN_FLIGHT) / underWay), 22, String(underWay));
  assert.equal(Math.ceil(underWay / MAX_IN_FLIGHT), 5, String(underWay));
});
