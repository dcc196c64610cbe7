import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohortStats, parseFlowAlert, parseLostRevenue, parseRun, parseSummary } from './answers';

describe('what services say', () => {
  it('is read from the load generator', () => {
    const { minutes, load } = parseRun({
      minutes: [
        {
          minute: 3,
          phase: 'calm',
          demo: { rpm: 500, scheduled: 50, completed: 40, errors: 10, errorRate: 0.2, p50Ms: 5, p95Ms: 9 },
          baseline: {
            rpm: 25,
            scheduled: 2,
            completed: 2,
            errors: 0,
            errorRate: 0,
            p50Ms: null,
            p95Ms: null,
          },
          load: { inFlight: 4 },
        },
      ],
      load: { scheduled: 52, started: 52, dropped: 0, startLagP99Ms: 2 },
    });
    assert.equal(minutes[0]?.demo.errorRate, 0.2);
    assert.equal(minutes[0].baseline.p95Ms, null);
    assert.equal(minutes[0].inFlight, 4);
    assert.equal(load.scheduled, 52);
  });

  it("is read from the console: baseline's route at the catalog, and no other", () => {
    const route = (service: string, name: string, traffic: string, p95Ms: number) => ({
      service,
      route: name,
      traffic,
      requests: 30,
      p95Ms,
    });
    const summary = parseSummary({
      telemetry: { arriving: true, spansReceived: 300 },
      windows: {
        last60s: {
          traffic: { baseline: { requests: 25 }, demo: { requests: 15 } },
          routes: [
            route('frontend', 'GET /products', 'baseline', 1),
            route('product-catalog', 'GET /products/recommendations', 'demo', 2),
            route('product-catalog', 'GET /products', 'baseline', 7),
          ],
        },
      },
    });
    assert.deepEqual(summary, {
      arriving: true,
      lastSpanAgeMs: null,
      spansReceived: 300,
      baselineRequests: 25,
      demoRequests: 15,
      catalog: { requests: 30, p95Ms: 7 },
    });
    assert.equal(parseSummary(null).arriving, false);
  });

  it('is read from the console: the flow alert', () => {
    const firing = { state: 'firing', since_minute: 7, incidents: [{ fromMinute: 5 }, { fromMinute: 7 }] };
    assert.deepEqual(parseFlowAlert({ flowAlert: firing }), {
      state: 'firing',
      sinceMinute: 7,
      firstMinute: 5,
    });
    const armed = { state: 'armed', since_minute: null, incidents: [] };
    assert.deepEqual(parseFlowAlert({ flowAlert: armed }), {
      state: 'armed',
      sinceMinute: null,
      firstMinute: null,
    });
    assert.equal(parseFlowAlert({}), null, 'an older console');
  });

  it('is read from the console: what was lost, by minute', () => {
    const minutes = [{ minute: 3, lostRevenueUsd: 12.5 }, { minute: 4, lostRevenueUsd: 0 }, { minute: 5 }];
    assert.deepEqual(
      [...parseLostRevenue({ run: { minutes } })],
      [
        [3, 12.5],
        [4, 0],
      ],
    );
    assert.equal(parseLostRevenue({ run: null }).size, 0);
  });

  it('is read from the load generator: of each cohort, whichever of the two names its rate has', () => {
    const stats = cohortStats({
      current_rpm: 60,
      requests: 5,
      errors: 1,
      last_10s: { requests: 3, errors: 1 },
      p95_ms: 12,
      target_rpm: 61,
      total: { requests: 9, errors: 2, late: 1, dropped: 4, start_lag_p99_ms: null },
    });
    assert.equal(stats.rpm, 60);
    assert.deepEqual(stats.last10s, { requests: 3, errors: 1 });
    assert.deepEqual([stats.requests, stats.errors], [9, 2], 'totals');
    assert.deepEqual([stats.late, stats.dropped, stats.startLagP99Ms], [1, 4, null]);
    assert.equal(cohortStats({ rpm: 100 }).rpm, 100);
    assert.equal(cohortStats(null).requests, 0);
  });
});
