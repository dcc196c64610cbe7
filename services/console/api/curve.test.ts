import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunBook } from '../runs/run-book';
import { TelemetryStore } from '../store/telemetry-store';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import { effectiveOf, scenarioOf, START_SECONDS } from '../../../test/mocks/scenarios';
import type { AttributeValue } from '../otlp/records';
import { curveOf } from './curve';
import { flowAlertOf } from './flow-alert';
import { pulse } from './pulse';
import type { SystemSeen } from '../system/database-observer';

const scenario = scenarioOf('blackfriday');
const unseen: SystemSeen = {
  atMs: null,
  error: null,
  indexes: null,
  query: { text: 'select 1', values: [] },
  withIndex: null,
  withoutIndex: null,
  now: null,
};

/** A store that saw `failed` of `requests` checkouts fail in each of the minutes, with the attributes of the cause. */
function storeWith(
  minutes: readonly number[],
  failed: number,
  requests: number,
  attributes: Record<string, AttributeValue> = {},
): { store: TelemetryStore; runs: RunBook; at: (minute: number) => number } {
  const clock = { ms: START_SECONDS * 1000 };
  const store = new TelemetryStore(() => clock.ms);
  const runs = new RunBook(undefined, () => clock.ms);
  runs.follow(effectiveOf(scenario));
  let n = 0;
  for (const minute of minutes) {
    const startMs = (START_SECONDS + minute * 6) * 1000;
    clock.ms = startMs + 5000;
    for (let index = 0; index < requests; index += 1) {
      const isFailed = index < failed;
      const shared = {
        'traffic.type': 'demo',
        'demo.run_id': scenario.runId,
        'demo.minute': String(minute),
      };
      store.addSpans([
        span({
          traceId: traceId((n += 1)),
          spanId: spanId(n * 4),
          startMs: startMs + index,
          durationMs: isFailed ? 2100 : 300,
          attributes: {
            ...shared,
            'http.request.method': 'POST',
            'http.route': '/api/checkout',
            'http.response.status_code': isFailed ? 503 : 200,
            'checkout.failed': isFailed,
            'order.total': 100,
          },
        }),
        span({
          traceId: traceId(n),
          spanId: spanId(n * 4 + 1),
          parentSpanId: spanId(n * 4),
          service: 'product-catalog',
          name: 'acquire recommendation',
          kind: 'INTERNAL',
          startMs: startMs + index,
          durationMs: isFailed ? 2000 : 1,
          status: isFailed ? 'ERROR' : 'UNSET',
          attributes: {
            ...shared,
            ...attributes,
            'db.system.name': 'postgresql',
            'db.client.connection.pool.name': 'recommendation',
            'db.connection.pool.exhausted': isFailed,
          },
        }),
        span({
          traceId: traceId(n),
          spanId: spanId(n * 4 + 2),
          parentSpanId: spanId(n * 4),
          service: 'product-catalog',
          name: 'pg.query:SELECT',
          kind: 'CLIENT',
          startMs: startMs + index,
          durationMs: 1200,
          attributes: {
            ...shared,
            'db.system.name': 'postgresql',
            'db.query.text': 'select',
            'db.slow_query': true,
            'db.full_table_scan': true,
          },
        }),
      ]);
    }
  }
  return { store, runs, at: (minute) => (START_SECONDS + minute * 6) * 1000 };
}

describe('the curve', () => {
  it('puts target, prediction and observation of a minute side by side', () => {
    const { store, runs, at } = storeWith([5, 20], 4, 20);
    const run = runs.latest();
    assert.ok(run);
    const curve = curveOf(store, run, effectiveOf(scenario), at(22));
    const minute = curve.minutes[20];
    assert.equal(minute?.target.errorRate, 0.78);
    assert.equal(minute.observed?.errorRate, 0.2);
    assert.equal(minute.observed.rpm, 200);
    assert.equal(minute.observed.complete, true);
    assert.equal(minute.observed.lostUsd, 400);
    assert.ok(Math.abs((minute.query?.p95Ms ?? 0) / 1200 - 1) < 0.05);
    assert.equal(curve.minutes[19]?.observed, null);
    assert.equal(curve.lostUsd, 800);
    assert.equal(curve.state, 'running');
  });

  it('a minute is complete when its last failures can have arrived', () => {
    const { store, runs, at } = storeWith([20], 4, 20);
    const run = runs.latest();
    assert.ok(run);
    const complete = (minute: number): boolean | undefined =>
      curveOf(store, run, effectiveOf(scenario), at(minute)).minutes[20]?.observed?.complete;
    assert.equal(complete(20.9), false);
    assert.equal(complete(21.3), false, 'an acquire timeout after its end, at the earliest');
    assert.equal(complete(21.8), true);
  });
});

describe('the flow alert', () => {
  it('fires with the last full minute its rule asks for, names it, and is armed again after the heal', () => {
    const { store, runs, at } = storeWith(
      Array.from({ length: 16 }, (_, index) => 8 + index),
      10,
      20,
    );
    const run = runs.latest();
    const waits = flowAlertOf(store, run, effectiveOf(scenario), at(22.9));
    assert.deepEqual([waits.state, waits.held_minutes, waits.for_minutes], ['armed', 14, 15]);
    const firing = flowAlertOf(store, run, effectiveOf(scenario), at(23.9));
    assert.equal(firing.state, 'firing');
    assert.equal(firing.since_minute, 22);
    assert.equal(firing.evaluated_minute, 22, 'minute 23 is not over');
    assert.ok(firing.conditions.every(({ met }) => met));
    const healed = flowAlertOf(store, run, effectiveOf(scenarioOf('normal')), at(26));
    assert.equal(healed.state, 'armed');
    assert.deepEqual(healed.incidents, [{ fromMinute: 22, toMinute: 23 }]);
  });

  it('needs each condition', () => {
    const { store, runs, at } = storeWith([4, 5], 3, 20);
    const armed = flowAlertOf(store, runs.latest(), effectiveOf(scenario), at(7));
    assert.equal(armed.state, 'armed');
    assert.deepEqual(
      armed.conditions.filter(({ met }) => !met).map(({ name }) => name),
      ['error_rate'],
    );
  });

  it('is armed where nothing was seen', () => {
    const armed = flowAlertOf(new TelemetryStore(), null, null, 0);
    assert.equal(armed.state, 'armed');
    assert.equal(armed.since_minute, null);
    assert.equal(armed.conditions.length, 6);
  });
});

describe('the pulse', () => {
  it('tells both cohorts, money by the minute and in all, and what has changed and is seen', () => {
    const { store, runs, at } = storeWith([20], 15, 20);
    const system: SystemSeen = {
      ...unseen,
      indexes: {
        idx_products_category: 'absent',
        idx_products_category_active: 'present',
        idx_products_stock_quantity: 'present',
      },
    };
    const seen = pulse(store, runs.latest(), effectiveOf(scenario), system, at(20) + 6000);
    assert.equal(seen.demo.errorRate, 0.75);
    assert.equal(seen.baseline.requests, 0);
    assert.equal(seen.lost.usdInAll, 1500);
    assert.equal(seen.lost.usdPerMinute, 9000);
    assert.deepEqual(
      seen.changes.map(({ kind, now, normal, seen: is }) => [kind, now, normal, is]),
      [
        ['index', 'absent', 'present', true],
        ['pool', '5', '25', null],
      ],
    );
    assert.equal(seen.scenario?.minute, 21);
  });
});
