import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effectiveOf, runOf, scenarioOf, START_SECONDS } from '../../../test/mocks/scenarios';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import { Confirmations } from '../control/confirmations';
import { RunBook } from '../runs/run-book';
import { TelemetryStore } from '../store/telemetry-store';
import type { SystemSeen } from '../system/database-observer';
import { ConsoleView } from './view';

const scenario = scenarioOf('blackfriday');
const system: SystemSeen = {
  atMs: START_SECONDS * 1000,
  error: null,
  indexes: {
    idx_products_category: 'absent',
    idx_products_category_active: 'present',
    idx_products_stock_quantity: 'present',
  },
  query: { text: 'select 1', values: [] },
  withIndex: null,
  withoutIndex: null,
  now: 'withoutIndex',
};

/** A console some seconds into the run that it follows. */
function consoleAt(seconds: number, isRunning = true) {
  const clock = { ms: (START_SECONDS + seconds) * 1000 };
  const store = new TelemetryStore(() => clock.ms);
  const runs = new RunBook(undefined, () => clock.ms);
  if (isRunning) runs.follow(effectiveOf(scenario));
  const view = new ConsoleView({
    store,
    runs,
    conductor: { status: () => ({ state: 'idle', pending: null, lastError: null, actions: [] }) },
    confirmations: new Confirmations(),
    observer: {
      state: () => system,
      rows: () => (isRunning ? { desired: null, override: runOf(scenario) } : null),
    },
    effective: () => (isRunning ? effectiveOf(scenario) : null),
    traceLink: 'https://vendor.example/{traceId}',
    now: () => clock.ms,
  });
  return { view, store, clock };
}

const checkout = (n: number, startMs: number, isFailed: boolean, durationMs: number) =>
  span({
    traceId: traceId(n),
    spanId: spanId(n),
    startMs,
    durationMs,
    attributes: {
      'traffic.type': 'demo',
      'http.request.method': 'POST',
      'http.route': '/api/checkout',
      'http.response.status_code': isFailed ? 503 : 200,
      'checkout.failed': isFailed,
    },
  });

describe("the console's view", () => {
  it('sorts traces into those that failed, that were quick and that were slow', () => {
    const { view, store, clock } = consoleAt(130);
    const at = clock.ms - 20_000;
    store.addSpans([checkout(1, at, true, 2100), checkout(2, at, false, 90), checkout(3, at, false, 1800)]);
    for (let second = 0; second < 15; second += 1) {
      clock.ms += 1000;
      store.tick();
    }
    const { failing, healthy, slow, baseline } = view.traces();
    const ids = (list: { traceId: string }[]) => list.map((each) => each.traceId);
    assert.deepEqual(
      [ids(failing), ids(healthy), ids(slow), ids(baseline)],
      [[traceId(1)], [traceId(2)], [traceId(3)], []],
    );
  });

  it('remembers what the stage shows, and the outage’s pool in the demo minute that the clock shows', () => {
    const { view, store, clock } = consoleAt(121);
    for (const [name, value] of [
      ['db.client.connection.max', 5],
      ['db.client.connection.pending_requests', 12],
    ] as const) {
      store.addMetrics([
        {
          service: 'product-catalog',
          instance: 'a',
          name,
          unit: '',
          kind: 'gauge',
          atMs: clock.ms,
          attributes: ['db.client.connection.pool.name', 'recommendation'],
          value,
          count: 0,
          delta: false,
        },
      ]);
    }
    view.tick();
    clock.ms += 1000;
    view.tick();
    assert.equal(view.history().length, 2);
    assert.equal(view.history().at(-1)?.minute, 20.333);
    assert.equal(store.pools.minutes(scenario.runId).get(20)?.waitingPeak, 12);
  });

  it('says which actions work now, of which run, and where its traces are', () => {
    const { can, run, indexes, links } = consoleAt(130).view.conductor();
    assert.equal(can.abort.ok, true);
    assert.equal(can.start.ok, false);
    assert.equal(run?.runId, scenario.runId);
    assert.equal(indexes?.idx_products_category, 'absent');
    assert.equal(links.trace, 'https://vendor.example/{traceId}');
  });

  it('has no curve, and no run, before anything is known', () => {
    const { view } = consoleAt(0, false);
    assert.equal(view.curve(), null);
    assert.equal(view.conductor().run, null);
    assert.equal(view.pulse().scenario, null);
  });
});
