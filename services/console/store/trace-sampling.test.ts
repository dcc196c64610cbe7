import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import { encodeRequest } from '../../../test/otlp/encode';
import { decodeSpans } from '../otlp/decode';
import type { SpanRecord } from '../otlp/records';
import { statsOf } from './series';
import { TelemetryStore } from './telemetry-store';
import { TraceSampling } from './trace-sampling';

const NOT = (): boolean => false;
const BEGIN_MS = 1_700_000_000_000;
/** A sampling that is kept busy for some part of each second, for some seconds. */
function busy(
  sampling: TraceSampling,
  fromMs: number,
  seconds: number,
  share: (oneIn: number) => number,
): number {
  for (let second = 1; second <= seconds; second++) {
    sampling.spent(1000 * share(sampling.oneIn));
    sampling.tick(fromMs + second * 1000);
  }
  return fromMs + seconds * 1000;
}

describe('sampling of traces', () => {
  it('takes all while there is time for them', () => {
    const sampling = new TraceSampling(NOT);
    sampling.tick(BEGIN_MS);
    busy(sampling, BEGIN_MS, 60, () => 0.5);
    assert.equal(sampling.oneIn, 1);
    assert.ok(sampling.takesAll && sampling.weightOf(traceId(7)) === 1);
  });

  it('takes so few that half of the time is left, and all again when they are fewer', () => {
    const sampling = new TraceSampling(NOT);
    sampling.tick(BEGIN_MS);
    // Three times as many as the thread could take; to pass one over costs a tenth of taking it.
    const demand = (times: number) => (oneIn: number) => Math.min(1, times * (0.9 / oneIn + 0.1));
    const after = busy(sampling, BEGIN_MS, 20, demand(3));
    assert.ok(sampling.oneIn > 1);
    assert.ok(demand(3)(sampling.oneIn) <= 0.5, String(sampling.oneIn));
    const settled = sampling.oneIn;
    const later = busy(sampling, after, 60, demand(3));
    assert.equal(sampling.oneIn, settled, 'it does not swing');
    busy(sampling, later, 120, demand(0.05));
    assert.equal(sampling.oneIn, 1);
  });

  it('decides by the trace, and takes of one of many what it takes of one of fewer', () => {
    const sampling = new TraceSampling(NOT);
    const takenAt = (oneIn: number): Set<string> => {
      sampling.oneIn = oneIn;
      return new Set(
        Array.from({ length: 20_000 }, (_, n) => traceId(n)).filter((id) => sampling.takes(id, NOT)),
      );
    };
    const eighth = takenAt(8);
    const half = takenAt(2);
    assert.ok(Math.abs(eighth.size / 20_000 - 1 / 8) < 0.01);
    assert.ok([...eighth].every((id) => half.has(id) && sampling.weightOf(id) === 2));
    assert.equal(sampling.leftOut, 40_000 - eighth.size - half.size);
  });

  it('calls no trace whole whose beginning it may have left out', () => {
    const sampling = new TraceSampling(NOT);
    sampling.tick(BEGIN_MS);
    let at = busy(sampling, BEGIN_MS, 1, () => 0.6);
    assert.equal(sampling.oneIn, 2);
    const newly = Array.from({ length: 50 }, (_, n) => traceId(n)).find((id) => sampling.weightOf(id) === 0);
    assert.ok(newly !== undefined);
    at = busy(sampling, at, 11, () => 0.01);
    assert.deepEqual([sampling.oneIn, sampling.weightOf(newly), sampling.isWhole(newly)], [1, 1, false]);
    busy(sampling, at, 11, () => 0.01);
    assert.ok(sampling.isWhole(newly));
  });

  it('takes the spans of a trace that gathers, or that a failed one links to, and counts them for none', () => {
    const sampling = new TraceSampling((id) => id === traceId(3));
    sampling.oneIn = 1024;
    const taken = [1, 2, 3, 4].filter((n) => sampling.takes(traceId(n), NOT));
    assert.deepEqual(taken, [3]);
    assert.equal(sampling.weightOf(traceId(3)), 0);
  });
});

/** Two spans of a checkout: every fourth fails, and takes longer. */
function checkout(n: number, endMs: number): SpanRecord[] {
  const failed = n % 4 === 0;
  const durationMs = failed ? 2000 + (n % 500) : 100 + (n % 300);
  const common = {
    traceId: traceId(n),
    startMs: endMs - durationMs,
    durationMs,
    status: failed ? 'ERROR' : 'UNSET',
  } as const;
  const cohort = { 'traffic.type': 'demo', 'demo.run_id': 'run', 'demo.minute': '20' };
  return [
    span({
      ...common,
      spanId: spanId(2 * n),
      service: 'frontend',
      kind: 'SERVER',
      attributes: {
        ...cohort,
        'http.request.method': 'POST',
        'http.route': '/api/checkout',
        'http.response.status_code': failed ? 503 : 200,
        [failed ? 'checkout.failed' : 'order.created']: true,
        'order.total': 100,
      },
    }),
    span({
      ...common,
      spanId: spanId(2 * n + 1),
      parentSpanId: spanId(2 * n),
      service: 'frontend',
      kind: 'CLIENT',
      attributes: { ...cohort, 'server.address': 'cart', 'server.port': 8013 },
    }),
  ];
}

describe('a flood of spans', () => {
  const TRACES = 40_000;
  /** Every trace of ten seconds, of which a store takes one of so many. */
  function flooded(oneIn: number) {
    let nowMs = BEGIN_MS;
    const store = new TelemetryStore(() => nowMs);
    store.gate.oneIn = oneIn;
    for (let n = 0; n < TRACES; n++) {
      nowMs = BEGIN_MS + (n * 10_000) / TRACES;
      store.addSpans(checkout(n, nowMs).filter(({ traceId }) => store.gate.takes(traceId, NOT)));
    }
    const until = Math.floor(nowMs / 1000) + 1;
    const seen = store.aggregates.windowOf(until - 11, until, ({ route }) => route === 'POST /api/checkout');
    return { store, until, stats: statsOf(seen, 10), minute: store.aggregates.minutes('run')[0] };
  }
  const whole = flooded(1);
  const sampled = flooded(16);
  const near = (a: number | null | undefined, b: number | null | undefined, share: number): void => {
    assert.ok(Math.abs((a ?? NaN) / (b ?? NaN) - 1) <= share, `${String(a)}, and ${String(b)} of all`);
  };

  it('leaves rate, error rate and percentiles what they are, from a sixteenth of the traces', () => {
    assert.equal(whole.stats.requests, TRACES);
    near(sampled.stats.requests, TRACES, 0.05);
    near(sampled.stats.errorRate, 0.25, 0.05);
    near(sampled.stats.p50Ms, whole.stats.p50Ms, 0.1);
    near(sampled.stats.p95Ms, whole.stats.p95Ms, 0.1);
  });

  it('leaves what was lost and earned, the map of services and a run’s minute what they are', () => {
    near(sampled.store.aggregates.totalLostRevenueUsd(), (TRACES / 4) * 100, 0.06);
    const { placed } = sampled.store.aggregates.businessBetween(sampled.until - 11, sampled.until);
    near(placed, (TRACES * 3) / 4, 0.05);
    const [edge] = sampled.store.serviceMap.window(sampled.until - 11, sampled.until);
    near(edge?.calls, TRACES, 0.05);
    near(sampled.minute?.flow['checkout.failed'], TRACES / 4, 0.06);
    assert.deepEqual([whole.minute?.keptOneIn, sampled.minute?.keptOneIn], [1, 16]);
  });

  it('keeps traces whole, and says how many spans it left out', () => {
    const { traces, gate } = sampled.store;
    traces.tick(BEGIN_MS + 60_000);
    const kept = traces.list({ limit: 100 });
    assert.ok(kept.length > 5);
    for (const { spans } of kept) assert.equal(spans.length, 2);
    assert.equal(sampled.store.spansReceived, 2 * TRACES);
    near(gate.leftOut, (2 * TRACES * 15) / 16, 0.01);
    assert.deepEqual(sampled.store.sizes().sampling, { keptOneIn: 16, spansLeftOut: gate.leftOut });
  });
});

describe('a span that is left out', () => {
  const body = {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [1, 2, 3].map((n) => ({
              traceId: traceId(n),
              spanId: spanId(n),
              name: 'x',
              attributes: ['traffic.type', 'demo.run_id'].map((key) => ({
                key,
                value: { stringValue: n === 3 && key === 'demo.run_id' ? 'none' : 'run' },
              })),
            })),
          },
        ],
      },
    ],
  };
  for (const encoding of ['json', 'protobuf'] as const) {
    it(`is not decoded, and taken all the same; a person’s is never left out: ${encoding}`, () => {
      const content = encoding === 'json' ? Buffer.from(JSON.stringify(body)) : encodeRequest('traces', body);
      const asked: string[] = [];
      const taken: string[] = [];
      const outcome = decodeSpans(
        content,
        encoding,
        (spans) => {
          taken.push(...spans.map(({ traceId }) => traceId));
        },
        {
          visitors: { key: 'demo.run_id', text: 'none' },
          takes: (id, isVisitors) => {
            asked.push(id);
            return id === traceId(2) || isVisitors();
          },
        },
      );
      assert.deepEqual(
        asked,
        [1, 2, 3].map((n) => traceId(n)),
      );
      assert.deepEqual(
        taken,
        [2, 3].map((n) => traceId(n)),
      );
      assert.deepEqual([outcome.taken, outcome.rejected], [3, 0]);
    });
  }
});
