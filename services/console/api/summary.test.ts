import { HEALTHY_RELEASE } from '../../../scenario/causes/bad-release/document';
import { HEALTHY_CACHE } from '../../../scenario/causes/cache-stampede/document';
import { SEED_FLOW_ALERT } from '../../../scenario/flow-alert';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EffectiveScenario, Scenario } from '../../../scenario/types';
import type { AttributeValue, SpanRecord } from '../otlp/records';
import { TelemetryStore } from '../store/telemetry-store';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import { serviceMap } from './service-map';
import { coveredSeconds, summarize } from './summary';
import { traceTree } from './trace-tree';

const START_MS = 1_700_000_000_000;
let nowMs = START_MS;
const store = (): TelemetryStore => new TelemetryStore(() => nowMs);

function effective(fields: Partial<Scenario> = {}): EffectiveScenario {
  const scenario: Scenario = {
    version: 1,
    mode: 'blackfriday',
    title: 'Black Friday',
    runId: 'run-1',
    demoRun: 1,
    startTimestamp: START_MS / 1000,
    minuteSeconds: 6,
    durationMinutes: 30,
    shownMinutes: 30,
    catalogRows: 500_000,
    browserTelemetry: true,
    storageEmulation: true,
    sale: { deals: 50, paymentInTransaction: false, steps: [] },
    scale: 0.25,
    ablation: null,
    phases: [{ fromMinute: 0, name: 'ramp', title: 'Ramp', journeyWeights: null }],
    traffic: { baselineRpm: 25, normalDemoRpm: 15, demoPoints: [] },
    pools: {
      recommendation: { max: 5, acquireTimeoutMs: 2000 },
      baseline: { max: 5, acquireTimeoutMs: 2000 },
    },
    flowAlert: SEED_FLOW_ALERT,
    orderValueUsd: 712,
    timeouts: { statementMs: 4000, recommendationsMs: 5000, demoRequestMs: 6000, baselineRequestMs: 2000 },
    indexes: {
      idx_products_category: 'absent',
      idx_products_category_active: 'present',
      idx_products_stock_quantity: 'present',
    },
    storage: { enabled: true, steps: [] },
    ...HEALTHY_RELEASE,
    cache: HEALTHY_CACHE,
    expectations: [],
    ...fields,
  };
  return { scenario, source: 'override', startTimestamp: START_MS / 1000, pausedAt: null, expiresAt: null };
}

function summary(
  from: TelemetryStore,
  options: { runId?: string; minutes?: boolean; ended?: { runId: string; atMs: number } } = {},
): NonNullable<ReturnType<typeof summarize>> {
  const found = summarize(from, {
    nowMs,
    runId: options.runId ?? null,
    minutes: options.minutes ?? true,
    minuteServices: true,
    effective: effective(),
    ended: options.ended ?? null,
    redis: 'redis-server 7',
  });
  assert.ok(found);
  return found;
}

function request(fields: {
  n: number;
  route: string;
  traffic: 'baseline' | 'demo';
  endMs: number;
  durationMs: number;
  status?: number;
  service?: string;
  minute?: number;
  attributes?: Record<string, AttributeValue>;
}): SpanRecord {
  return span({
    traceId: traceId(fields.n),
    spanId: spanId(fields.n),
    service: fields.service ?? 'frontend',
    startMs: fields.endMs - fields.durationMs,
    durationMs: fields.durationMs,
    attributes: {
      'traffic.type': fields.traffic,
      'http.request.method': fields.route.split(' ')[0] ?? '',
      'http.route': fields.route.split(' ')[1] ?? '',
      'http.response.status_code': fields.status ?? 200,
      'demo.run_id': 'run-1',
      ...(fields.minute === undefined ? {} : { 'demo.minute': String(fields.minute) }),
      ...fields.attributes,
    },
  });
}

describe('the summary', () => {
  it('gives rate, errors and quantiles of both cohorts over the last 10 and 60 s', () => {
    const filled = store();
    const spans: SpanRecord[] = [];
    // Twenty demo checkouts a second for 70 s, every fifth failing by 503; two browse requests a second.
    for (let second = 0; second < 70; second += 1) {
      for (let each = 0; each < 20; each += 1) {
        const failed = each % 5 === 0;
        spans.push(
          request({
            n: second * 30 + each,
            route: 'POST /api/checkout',
            traffic: 'demo',
            endMs: START_MS + second * 1000 + each * 40,
            durationMs: failed ? 2000 : 100,
            status: failed ? 503 : 200,
          }),
        );
      }
      for (let each = 0; each < 2; each += 1) {
        const endMs = START_MS + second * 1000 + each;
        spans.push(
          request({
            n: second * 30 + 20 + each,
            route: 'POST /api/browse',
            traffic: 'baseline',
            endMs,
            durationMs: 20,
          }),
        );
      }
      // What is not measured at the frontend's two routes does not count for the cohorts.
      const other = {
        n: second * 30 + 25,
        traffic: 'demo' as const,
        endMs: START_MS + second * 1000,
        durationMs: 5,
      };
      spans.push(request({ ...other, route: 'GET /', status: 500 }));
      spans.push(request({ ...other, route: 'GET /products/recommendations', service: 'product-catalog' }));
    }
    nowMs = START_MS + 70_000;
    filled.addSpans(spans);
    const { windows } = summary(filled);
    for (const window of [windows.last10s, windows.last60s]) {
      const { demo, baseline } = window.traffic;
      assert.equal(demo.requests, 20 * window.seconds);
      assert.equal(demo.errorRate, 0.2);
      assert.equal(demo.rate, 20);
      assert.equal(demo.rpm, 1200);
      assert.ok(Math.abs((demo.p50Ms ?? 0) / 100 - 1) < 0.09, String(demo.p50Ms));
      assert.ok(Math.abs((demo.p95Ms ?? 0) / 2000 - 1) < 0.09, String(demo.p95Ms));
      assert.equal(baseline.rpm, 120);
      assert.equal(baseline.errors, 0);
    }
    const catalog = windows.last60s.routes.find(({ service }) => service === 'product-catalog');
    assert.equal(catalog?.route, 'GET /products/recommendations');
    assert.equal(catalog.requests, 60);
    assert.equal(windows.last60s.services['product-catalog']?.demo?.requests, 60);
    assert.equal(windows.last60s.services.frontend?.all?.requests, 60 * 23);
  });

  it('counts status ERROR and 5xx as errors, a declined card (402) not', () => {
    const filled = store();
    nowMs = START_MS + 5000;
    const common = {
      route: 'POST /api/checkout',
      traffic: 'demo',
      endMs: START_MS + 1000,
      durationMs: 5,
    } as const;
    filled.addSpans([
      request({ ...common, n: 1, status: 402 }),
      request({ ...common, n: 2, status: 500 }),
      { ...request({ ...common, n: 3 }), status: 'ERROR' },
    ]);
    const { demo } = summary(filled).windows.last10s.traffic;
    assert.equal(demo.requests, 3);
    assert.equal(demo.errors, 2);
  });

  it('counts by demo minute, with lost revenue and the inputs of the flow alert', () => {
    const filled = store();
    const lost = {
      'checkout.failed': true,
      'order.total': 120.5,
      'checkout.failure_reason': 'recommendations-timeout',
    };
    const at = START_MS + 7000;
    filled.addSpans([
      request({
        n: 1,
        route: 'POST /api/checkout',
        traffic: 'demo',
        endMs: at,
        durationMs: 10,
        minute: 1,
        status: 503,
        attributes: lost,
      }),
      request({
        n: 2,
        route: 'POST /api/checkout',
        traffic: 'demo',
        endMs: at + 4000,
        durationMs: 10,
        minute: 1,
      }),
      request({ n: 3, route: 'POST /api/browse', traffic: 'baseline', endMs: at, durationMs: 10, minute: 1 }),
      request({
        n: 4,
        route: 'POST /api/checkout',
        traffic: 'demo',
        endMs: at + 6000,
        durationMs: 10,
        minute: 2,
        status: 503,
        attributes: lost,
      }),
      // The same order on another service's span is not lost twice.
      request({
        n: 5,
        route: 'POST /orders/create',
        service: 'checkout',
        traffic: 'demo',
        endMs: at,
        durationMs: 1,
        minute: 1,
        attributes: lost,
      }),
      span({
        service: 'product-catalog',
        kind: 'CLIENT',
        attributes: {
          'traffic.type': 'demo',
          'demo.run_id': 'run-1',
          'demo.minute': 1,
          'db.slow_query': true,
          'db.full_table_scan': true,
        },
      }),
      // Baseline's slow queries are no input of the alert.
      span({
        service: 'product-catalog',
        kind: 'CLIENT',
        attributes: {
          'traffic.type': 'baseline',
          'demo.run_id': 'run-1',
          'demo.minute': 1,
          'db.slow_query': true,
        },
      }),
    ]);
    nowMs = START_MS + 30_000;
    const { run, lostRevenueUsd } = summary(filled);
    assert.equal(run?.runId, 'run-1');
    assert.deepEqual(
      run.minutes.map(({ minute }) => minute),
      [1, 2],
    );
    const [first] = run.minutes;
    assert.equal(first?.seconds, 6);
    assert.equal(first.traffic.demo.requests, 2);
    assert.equal(first.traffic.demo.errorRate, 0.5);
    assert.equal(first.traffic.demo.rpm, 20);
    assert.equal(first.traffic.baseline.requests, 1);
    assert.equal(first.lostRevenueUsd, 120.5);
    assert.equal(first.phase, 'ramp');
    assert.deepEqual(first.flow, {
      'db.slow_query': 1,
      'db.full_table_scan': 1,
      'db.connection.pool.exhausted': 0,
      'shop.lock.timeout': 0,
      'checkout.failed': 2,
    });
    assert.equal(run.lostRevenueUsd, 241);
    assert.equal(lostRevenueUsd, 241);
    const short = summary(filled, { minutes: false });
    assert.deepEqual(short.run?.minutes, []);
    assert.equal(short.run.lostRevenueUsd, 241);
    assert.equal(short.runs[0]?.lostRevenueUsd, 241);
  });

  it('shows the newest run, another when asked, and knows which it does not know', () => {
    const filled = store();
    nowMs = START_MS + 1000;
    const spanOf = (runId: string, n: number): SpanRecord =>
      request({
        n,
        route: 'POST /api/checkout',
        traffic: 'demo',
        endMs: START_MS,
        durationMs: 1,
        minute: 0,
        attributes: { 'demo.run_id': runId },
      });
    filled.addSpans([spanOf('old', 1)]);
    nowMs += 1000;
    filled.addSpans([spanOf('new', 2), spanOf('old', 3)]);
    assert.equal(summary(filled).run?.runId, 'new');
    assert.equal(summary(filled, { runId: 'old' }).run?.minutes[0]?.traffic.demo.requests, 2);
    assert.equal(
      summarize(filled, {
        nowMs,
        runId: 'never',
        minuteServices: true,
        effective: null,
        ended: null,
        redis: null,
      }),
      null,
    );
    for (let n = 0; n < 20; n += 1) {
      nowMs += 10;
      filled.addSpans([spanOf(`more-${String(n)}`, 10 + n)]);
    }
    assert.equal(summary(filled).runs.length, 3);
  });

  it('adds up pool metrics of replicas', () => {
    const filled = store();
    const point = (instance: string, name: string, value: number, attributes: AttributeValue[]) => ({
      service: 'product-catalog',
      instance,
      name,
      unit: '',
      kind: 'sum' as const,
      delta: false,
      atMs: nowMs,
      value,
      count: 1,
      attributes: ['db.client.connection.pool.name', 'recommendation', ...attributes],
    });
    for (const instance of ['a', 'b']) {
      filled.addMetrics([
        point(instance, 'db.client.connection.count', 9, ['db.client.connection.state', 'used']),
        point(instance, 'db.client.connection.count', 1, ['db.client.connection.state', 'idle']),
        point(instance, 'db.client.connection.max', 10, []),
        {
          ...point(instance, 'db.client.connection.wait_time', 6, []),
          unit: 's',
          kind: 'histogram',
          count: 3,
        },
      ]);
      filled.addMetrics([
        point(instance, 'db.client.connection.count', 10, ['db.client.connection.state', 'used']),
      ]);
    }
    assert.deepEqual(summary(filled).pools, [
      {
        service: 'product-catalog',
        pool: 'recommendation',
        used: 20,
        idle: 2,
        max: 20,
        pending: null,
        timeouts: null,
        meanWaitMs: 2000,
      },
    ]);
  });

  it('covers the seconds a minute really had', () => {
    const minute = (firstMs: number, lastMs: number) => ({
      minute: 3,
      firstMs: START_MS + firstMs,
      lastMs: START_MS + lastMs,
    });
    assert.equal(coveredSeconds(minute(0, 5900), 6, 7, START_MS + 60_000), 6);
    assert.equal(coveredSeconds(minute(0, 9000), 6, 7, START_MS + 60_000), 6, 'slow requests end later');
    assert.equal(coveredSeconds(minute(0, 40_000), 6, 7, START_MS + 60_000), 40, 'held by a pause');
    assert.equal(coveredSeconds(minute(0, 2000), 6, 3, START_MS + 5000), 3, 'under way');
    assert.equal(
      coveredSeconds(minute(0, 5000), null, null, START_MS + 60_000),
      5,
      'a run no longer effective',
    );
  });

  it('says of which windows the end of a run is a part', () => {
    const windows = (secondsAgo: number) => {
      const { last10s, last60s } = summary(store(), {
        ended: { runId: 'run-1', atMs: nowMs - secondsAgo * 1000 },
      }).windows;
      return [last10s.tailOfRun, last60s.tailOfRun];
    };
    assert.deepEqual(windows(5), ['run-1', 'run-1']);
    assert.deepEqual(windows(30), [null, 'run-1']);
    assert.deepEqual(windows(90), [null, null]);
  });
});

describe('the service map', () => {
  it('finds the callee of HTTP calls by address, of database calls by system', () => {
    const filled = store();
    nowMs = START_MS + 10_000;
    const common = { startMs: START_MS + 1000, durationMs: 10 };
    const demo = { 'traffic.type': 'demo' };
    const address = (port: number): Record<string, AttributeValue> => ({
      'server.address': '127.0.0.1',
      'server.port': port,
    });
    filled.addSpans([
      // Ports moved by an offset: only the server's own span tells who listens there.
      span({
        ...common,
        service: 'product-catalog',
        attributes: { ...demo, ...address(9014), 'http.request.method': 'GET', 'http.route': '/products' },
      }),
      span({
        ...common,
        service: 'frontend',
        kind: 'CLIENT',
        attributes: { ...demo, ...address(9014), 'http.response.status_code': 503 },
      }),
      span({ ...common, service: 'frontend', kind: 'CLIENT', attributes: { ...demo, ...address(9014) } }),
      span({
        ...common,
        service: 'frontend',
        kind: 'CLIENT',
        attributes: { ...demo, 'server.address': 'cart', 'server.port': 80 },
      }),
      span({
        ...common,
        service: 'load-generator',
        kind: 'CLIENT',
        attributes: { 'traffic.type': 'baseline', ...address(8018) },
      }),
      span({
        ...common,
        service: 'product-catalog',
        kind: 'CLIENT',
        attributes: { ...demo, 'db.system.name': 'postgresql', 'db.query.text': 'select 1' },
      }),
      span({
        ...common,
        service: 'product-catalog',
        kind: 'INTERNAL',
        attributes: { ...demo, 'db.system.name': 'postgresql' },
      }),
      span({
        ...common,
        service: 'product-catalog',
        kind: 'INTERNAL',
        status: 'ERROR',
        attributes: { ...demo, 'db.system.name': 'postgresql' },
      }),
      span({
        ...common,
        service: 'cart',
        kind: 'CLIENT',
        attributes: { ...demo, 'db.system': 'redis', 'db.statement': 'hgetall' },
      }),
    ]);
    const { nodes, edges } = serviceMap(filled, nowMs);
    const edge = (from: string, to: string) =>
      edges.find((each) => each.from === from && each.to === to)?.traffic;
    assert.deepEqual(edge('frontend', 'product-catalog')?.demo, {
      calls: 2,
      rate: 0.033,
      errorRate: 0.5,
      meanMs: 10,
    });
    assert.equal(edge('frontend', 'cart')?.demo?.calls, 1);
    assert.equal(edge('load-generator', 'frontend')?.baseline?.calls, 1);
    assert.equal(edge('product-catalog', 'postgresql')?.demo?.calls, 2, 'a query, and a wait that failed');
    assert.equal(edge('product-catalog', 'postgresql')?.demo?.errorRate, 0.5);
    assert.equal(edge('cart', 'redis')?.demo?.calls, 1);
    assert.equal(edges.length, 5);
    assert.equal(nodes.filter(({ kind }) => kind === 'service').length, 12);
    assert.deepEqual(
      nodes.filter(({ kind }) => kind === 'database').map(({ name }) => name),
      ['postgresql', 'redis'],
    );
    assert.equal(nodes.find(({ name }) => name === 'shipping')?.active, false);
    assert.equal(nodes.find(({ name }) => name === 'redis')?.active, true);
  });
});

describe('a trace as a tree', () => {
  const stored = (spans: SpanRecord[]) => {
    const filled = store();
    filled.addSpans(spans);
    const trace = filled.traces.get(traceId(1));
    assert.ok(trace);
    return trace;
  };
  const chain = (n: number, parent: number | null): SpanRecord =>
    span({
      traceId: traceId(1),
      spanId: spanId(n),
      parentSpanId: parent === null ? null : spanId(parent),
      startMs: START_MS + n * 10,
    });

  it('has children in order, offsets and its depth', () => {
    const tree = traceTree(stored([chain(4, 1), chain(2, 1), chain(3, 2), chain(1, null)]), () => true);
    assert.equal(tree.depth, 3);
    assert.equal(tree.roots.length, 1);
    assert.deepEqual(
      tree.roots[0]?.children.map(({ spanId: id }) => id),
      [spanId(2), spanId(4)],
    );
    assert.equal(tree.roots[0].children[0]?.startOffsetMs, 10);
    assert.equal(tree.durationMs, 40);
  });

  it('shows orphans as further roots, and survives a ring', () => {
    const tree = traceTree(
      stored([chain(1, null), chain(3, 99), chain(5, 6), chain(6, 5), chain(7, 7)]),
      () => true,
    );
    assert.equal(tree.spans, 5);
    const count = (nodes: typeof tree.roots): number =>
      nodes.reduce((sum, node) => sum + 1 + count(node.children), 0);
    assert.equal(count(tree.roots), 5);
  });
});
