import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import { factsOf } from './facts';
import { BUCKETS, bucketOf, lowerBoundOf, quantile } from './histogram';
import { SecondRing, Totals } from './series';
import { TelemetryStore } from './telemetry-store';
import { TraceStore, type TRACE_LIMITS } from './traces';
import type { SpanRecord } from '../otlp/records';

const LIMITS: typeof TRACE_LIMITS = {
  tracesPerClass: 20,
  linkedTraces: 15,
  pendingSpans: 400,
  spans: 1200,
  spansPerTrace: 50,
};

function feed(store: TraceStore, record: SpanRecord, nowMs: number): void {
  store.add(record, factsOf(record), nowMs);
}

/** A checkout's trace: root of the load generator, the frontend, the wait for the pool. */
function checkout(
  n: number,
  options: { failed: boolean; traffic?: string; atMs: number; links?: string[] },
): SpanRecord[] {
  const attributes = { 'traffic.type': options.traffic ?? 'demo' };
  const common = { traceId: traceId(n), startMs: options.atMs, durationMs: 50 };
  const status = options.failed ? 'ERROR' : 'UNSET';
  return [
    span({
      ...common,
      spanId: spanId(3),
      parentSpanId: spanId(2),
      service: 'product-catalog',
      name: 'acquire',
      kind: 'INTERNAL',
      status,
      attributes,
      links: (options.links ?? []).map((id) => ({ traceId: id, spanId: spanId(3), attributes: [] })),
    }),
    span({ ...common, spanId: spanId(2), parentSpanId: spanId(1), status, attributes }),
    span({
      ...common,
      spanId: spanId(1),
      parentSpanId: null,
      service: 'load-generator',
      kind: 'INTERNAL',
      name: 'journey',
      status,
      attributes,
    }),
  ];
}

describe('latency buckets', () => {
  it('give quantiles within 3 %, however narrow the latencies lie', () => {
    for (let ms = 1; ms < 10_000; ms *= 1.1) {
      const totals = new Totals();
      for (let count = 0; count < 100; count += 1) totals.record(ms, false);
      for (const q of [0.05, 0.5, 0.95]) {
        const found = quantile(totals.counts, q);
        assert.ok(
          found !== null && Math.abs(found / ms - 1) < 0.03,
          `${String(q)} of ${String(ms)}: ${String(found)}`,
        );
      }
    }
  });

  it('hold any duration', () => {
    for (const ms of [0, -1, Number.NaN, 0.05, 0.1, 1, 1e9, Number.POSITIVE_INFINITY]) {
      const bucket = bucketOf(ms);
      assert.ok(
        Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS,
        `${String(ms)} → ${String(bucket)}`,
      );
    }
    for (const ms of [0.3, 7, 120, 2000, 6000]) {
      const bucket = bucketOf(ms);
      assert.ok(lowerBoundOf(bucket) <= ms && ms < lowerBoundOf(bucket + 1));
    }
  });

  it('give null when empty', () => {
    assert.equal(quantile(new Totals().counts, 0.95), null);
  });
});

describe('a ring of seconds', () => {
  it('sums just the seconds asked for, and forgets those overwritten', () => {
    const ring = new SecondRing();
    const sum = (from: number, to: number): Totals => {
      const totals = new Totals();
      ring.sum(from, to, totals);
      return totals;
    };
    ring.record(1000, 5, false);
    ring.record(1001, 5, true);
    ring.record(1002, 5, false);
    assert.equal(sum(1000, 1002).requests, 2);
    assert.equal(sum(1000, 1002).errors, 1);
    assert.equal(sum(1001, 1003).requests, 2);
    ring.record(1080, 5, false);
    assert.equal(sum(1000, 1001).requests, 0);
    ring.record(1000, 5, false);
    assert.equal(sum(1080, 1081).requests, 1, 'a late second does not overwrite a newer one');
  });
});

describe('telemetry older than the run', () => {
  it('is dropped: what is there, and what comes late', () => {
    let nowMs = 1_000_000;
    const store = new TelemetryStore(() => nowMs);
    store.addSpans(checkout(1, { failed: true, atMs: nowMs }));
    nowMs += 400_000;
    store.addSpans(checkout(2, { failed: true, atMs: nowMs }));
    store.beginRun(nowMs + 5000);
    assert.equal(store.traces.get(traceId(1)), null);
    assert.notEqual(store.traces.get(traceId(2)), null, 'the calm before the run stays, to compare');
    store.addSpans(checkout(3, { failed: true, atMs: 1_000_000 }));
    assert.equal(store.traces.get(traceId(3)), null);
    assert.equal(store.sizes().spansOlderThanRun, 3);
  });
});

describe('telemetry from a clock that is ahead', () => {
  it('is dropped when it is hours: it would be the newest until then', () => {
    const nowMs = 1_000_000_000;
    const store = new TelemetryStore(() => nowMs);
    store.addSpans(checkout(1, { failed: true, atMs: nowMs + 4 * 3_600_000 }));
    store.addSpans(checkout(2, { failed: true, atMs: nowMs + 60_000 }));
    assert.equal(store.traces.get(traceId(1)), null);
    assert.notEqual(store.traces.get(traceId(2)), null, 'a minute is how clocks are');
    assert.equal(store.sizes().fromClocksAhead, 3);
  });

  it('does not hide the demo minutes that come after it', () => {
    const nowMs = 1_000_000_000;
    const store = new TelemetryStore(() => nowMs);
    const journey = (minute: number, startMs: number): void => {
      store.addSpans([
        span({
          traceId: traceId(minute),
          service: 'load-generator',
          kind: 'INTERNAL',
          startMs,
          attributes: { 'traffic.type': 'demo', 'demo.run_id': 'run', 'demo.minute': minute },
        }),
      ]);
    };
    journey(3, nowMs + 300_000);
    journey(4, nowMs);
    assert.equal(store.aggregates.newestMinute?.minute, 4);
  });
});

describe("an order's total", () => {
  it('is no amount beyond what an order costs: the sum of all stays a number', () => {
    const totalOf = (total: number): number =>
      factsOf(span({ attributes: { 'order.total': total } })).orderTotal;
    assert.deepEqual([totalOf(120.5), totalOf(1e308), totalOf(-5)], [120.5, 0, 0]);
  });
});

describe('the trace store', () => {
  it('drops what is older than a run, with what it held, and keeps the books', () => {
    const store = new TraceStore(LIMITS);
    const feedAll = (records: SpanRecord[], nowMs: number): void => {
      for (const record of records) feed(store, record, nowMs);
    };
    feedAll(checkout(1, { failed: false, atMs: 1000 }), 1000);
    feedAll(checkout(2, { failed: true, atMs: 1500, links: [traceId(1)] }), 1500);
    feedAll(checkout(3, { failed: true, atMs: 9000, links: [traceId(1)] }), 9000);
    store.tick(12_000);
    feedAll(checkout(4, { failed: false, atMs: 2000 }), 12_000);
    store.dropBefore(5000);
    assert.deepEqual(
      store.list({ limit: 10 }).map((trace) => trace.traceId),
      [traceId(3)],
    );
    assert.equal(store.get(traceId(1)), null, 'though a kept one links to it');
    assert.equal(store.get(traceId(4)), null, 'nor what is still being assembled');
    const { traces, spans, pendingSpans, bytes, linkedTraces } = store.sizes();
    assert.deepEqual(
      { traces, spans, pendingSpans, linkedTraces },
      { traces: 1, spans: 3, pendingSpans: 0, linkedTraces: 0 },
    );
    assert.ok(Number(bytes) > 0);
    store.dropBefore(50_000);
    assert.equal(store.sizes().bytes, 0);
  });

  it('keeps what healthy looks like through an outage of slow successes', () => {
    const store = new TraceStore(LIMITS);
    const scan = (records: SpanRecord[]): SpanRecord[] =>
      records.map((record) =>
        record.service === 'product-catalog'
          ? { ...record, attributes: [...record.attributes, 'db.full_table_scan', true] }
          : record,
      );
    for (const record of checkout(1, { failed: false, atMs: 0 })) feed(store, record, 0);
    store.tick(20_000);
    for (let n = 2; n < 200; n += 1) {
      for (const record of scan(checkout(n, { failed: false, atMs: n * 1000 })))
        feed(store, record, n * 1000);
      store.tick(n * 1000);
    }
    assert.deepEqual(
      store.list({ failed: false, slow: false, limit: 5 }).map((trace) => trace.traceId),
      [traceId(1)],
    );
    assert.equal(store.list({ failed: false, slow: true, limit: 100 }).length, LIMITS.tracesPerClass);
  });

  it('assembles a trace from spans that arrive in any order, from several services', () => {
    const store = new TraceStore(LIMITS);
    const spans = checkout(1, { failed: true, atMs: 1000 });
    spans.forEach((record, index) => {
      feed(store, record, 2000 + index * 900);
    });
    assert.equal(store.list({ limit: 10 }).length, 0, 'not yet decided');
    assert.equal(store.get(traceId(1))?.spans.length, 3, 'but there for who knows its id');
    store.tick(7000);
    const [trace] = store.list({ failed: true, traffic: 'demo', limit: 10 });
    assert.equal(trace?.traceId, traceId(1));
    assert.equal(trace.spans.length, 3);
    assert.equal(trace.root?.service, 'load-generator');
    assert.deepEqual(store.list({ failed: false, limit: 10 }), []);
  });

  it('lists, where requests are asked for, neither a mail on its way nor a click for nothing', () => {
    const store = new TraceStore(LIMITS);
    for (const record of checkout(1, { failed: false, atMs: 0 })) feed(store, record, 0);
    const common = { parentSpanId: null, kind: 'INTERNAL', attributes: { 'traffic.type': 'demo' } } as const;
    const alone = (n: number, service: string): SpanRecord =>
      span({ ...common, traceId: traceId(n), spanId: spanId(1), startMs: 500, service, name: 'x' });
    for (const record of [alone(2, 'notification'), alone(3, 'storefront')]) feed(store, record, 500);
    store.tick(20_000);
    const ids = (filter: { answered?: true }): string[] =>
      store.list({ ...filter, limit: 10 }).map((trace) => trace.traceId);
    assert.equal(ids({}).length, 3);
    assert.deepEqual(ids({ answered: true }), [traceId(1)]);
  });

  it('takes a late failing span into account after the trace was kept', () => {
    const store = new TraceStore(LIMITS);
    const [wait, server, root] = checkout(1, { failed: true, atMs: 1000 });
    assert.ok(wait && server && root);
    feed(store, { ...root, status: 'UNSET' }, 2000);
    store.tick(6000);
    assert.equal(store.list({ failed: false, limit: 10 }).length, 1);
    feed(store, server, 6500);
    assert.equal(store.list({ failed: false, limit: 10 }).length, 0);
    assert.equal(store.list({ failed: true, limit: 10 })[0]?.spans.length, 2);
  });

  it("keeps a visitor's trace through an outage of the load's, with the click that comes late or never", () => {
    const store = new TraceStore(LIMITS);
    const attributes = { 'traffic.type': 'demo', 'demo.run_id': 'none' };
    // Of the last in the lottery that decides which traces gather.
    const VISITORS = [0xffff_fff0, 0xffff_fff1] as const;
    const ofVisitor = (n: number): SpanRecord[] =>
      checkout(n, { failed: true, atMs: 10_500 })
        .slice(0, 2)
        .map((record) => ({ ...record, attributes: Object.entries(attributes).flat() }));
    let n = 10;
    for (let ms = 0; ms < 30_000; ms += 50) {
      for (const record of checkout((n += 1), { failed: true, atMs: ms })) feed(store, record, ms);
      if (ms === 10_500) for (const record of VISITORS.flatMap(ofVisitor)) feed(store, record, ms);
      if (ms === 22_500) {
        const common = {
          traceId: traceId(VISITORS[0]),
          startMs: 10_490,
          attributes,
          kind: 'INTERNAL',
        } as const;
        const click = { ...common, service: 'storefront', name: 'click Place order', parentSpanId: null };
        feed(store, span({ ...click, spanId: spanId(9) }), ms);
      }
      if (ms % 1000 === 0) store.tick(ms);
    }
    assert.deepEqual(
      VISITORS.map((id) => {
        const trace = store.get(traceId(id));
        return [trace?.admitted, trace?.failed, trace?.spans.length, trace?.root?.name];
      }),
      [
        [true, true, 3, 'click Place order'],
        [true, true, 2, undefined],
      ],
    );
    assert.ok((store.sizes().gatheredShare as { demo: number }).demo < 1, 'the flood was sampled');
  });

  it('stays within its bounds under a flood, keeps the newest, and keeps rare classes', () => {
    const store = new TraceStore(LIMITS);
    let n = 0;
    const rare: string[] = [];
    for (let second = 0; second < 120; second += 1) {
      const now = 1_000_000 + second * 1000;
      for (let each = 0; each < 300; each += 1) {
        for (const record of checkout((n += 1), { failed: each % 2 === 0, atMs: now }))
          feed(store, record, now + each * 3);
      }
      if (second % 20 === 5) {
        n += 1;
        rare.push(traceId(n));
        for (const record of checkout(n, { failed: true, traffic: 'baseline', atMs: now }))
          feed(store, record, now + 950);
      }
      store.tick(now + 1000);
      const sizes = store.sizes();
      assert.ok(Number(sizes.pendingSpans) <= LIMITS.pendingSpans, JSON.stringify(sizes));
      assert.ok(Number(sizes.spans) <= LIMITS.spans, JSON.stringify(sizes));
      assert.ok(Number(sizes.traces) <= LIMITS.spans / 3 + 1);
    }
    const end = 1_000_000 + 120_000;
    for (const failed of [true, false]) {
      const kept = store.list({ traffic: 'demo', failed, limit: 100 });
      assert.equal(kept.length, LIMITS.tracesPerClass);
      for (const trace of kept) assert.equal(trace.spans.length, 3, 'whole traces only');
      assert.ok(end - (kept[0]?.startMs ?? 0) < 15_000, 'the newest is new');
    }
    assert.deepEqual(
      store
        .list({ traffic: 'baseline', failed: true, limit: 100 })
        .map((trace) => trace.traceId)
        .sort(),
      rare.slice().sort(),
    );
    assert.ok(store.counts.spansSampledOut > 0, 'the gate was needed');
  });

  it('bounds the spans of one trace', () => {
    const store = new TraceStore(LIMITS);
    for (let n = 0; n < 500; n += 1) feed(store, span({ traceId: traceId(1), spanId: spanId(n) }), 1000);
    assert.equal(store.get(traceId(1))?.spans.length, LIMITS.spansPerTrace);
    assert.equal(store.counts.spansOverBound, 450);
  });

  it('keeps what a failed trace links to as long as that one, and no longer', () => {
    const store = new TraceStore(LIMITS);
    // Successful traces use up what their class may admit, so the linked one is passed over for its own sake.
    for (let n = 100; n < 130; n += 1)
      for (const record of checkout(n, { failed: false, atMs: 500 })) feed(store, record, 1000);
    for (const record of checkout(1, { failed: false, atMs: 600 })) feed(store, record, 1000);
    for (const record of checkout(2, { failed: true, atMs: 700, links: [traceId(1)] }))
      feed(store, record, 1500);
    store.tick(4100);
    store.tick(60_000);
    assert.equal(store.get(traceId(129)), null, 'an unlinked one that was passed over is gone');
    assert.equal(store.get(traceId(1))?.spans.length, 3);
    assert.equal(store.sizes().linkedTraces, 1);
    for (let n = 200; n < 260; n += 1) {
      const now = 60_000 + n * 2000;
      for (const record of checkout(n, { failed: true, atMs: now })) feed(store, record, now);
      store.tick(now + 2600);
    }
    assert.equal(store.get(traceId(2)), null);
    assert.equal(store.get(traceId(1)), null);
    assert.equal(store.sizes().linkedTraces, 0);
  });

  it('keeps a linked trace that arrives after the failed one', () => {
    const store = new TraceStore(LIMITS);
    for (let n = 100; n < 130; n += 1)
      for (const record of checkout(n, { failed: false, atMs: 500 })) feed(store, record, 1000);
    for (const record of checkout(2, { failed: true, atMs: 700, links: [traceId(1)] }))
      feed(store, record, 1500);
    store.tick(4100);
    for (const record of checkout(1, { failed: false, atMs: 600 })) feed(store, record, 4500);
    store.tick(7500);
    store.tick(60_000);
    assert.equal(store.get(traceId(1))?.spans.length, 3);
  });
});
