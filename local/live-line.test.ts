import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forwardingTrouble, liveLine, toLiveView } from './live-line';

const window = (rpm: number, errorRate: string, p95: number | null) => ({
  rpm: 1,
  last_10s: { rpm, error_rate: errorRate, p95_ms: p95 },
});
const now = new Date(2026, 10, 27, 9, 5, 7);

describe('the live line', () => {
  it("shows minute, phase, both cohorts of the last ten seconds, the pool, and the run's lost revenue", () => {
    const stats = {
      run_id: 'blackfriday-1-1',
      phase: 'catastrophe',
      baseline: window(23.6, '0.0%', 51.2),
      demo: { ...window(1029.4, '60.7%', 3912), demo_minute: 17 },
    };
    const health = { pools: { recommendation: { used: 5, max: 5, pending: 39 } } };
    const summary = {
      lostRevenueUsd: 99_999_999,
      runs: [
        { runId: 'blackfriday-1-0', lostRevenueUsd: 7 },
        { runId: 'blackfriday-1-1', lostRevenueUsd: 123_456.78 },
      ],
    };
    assert.equal(
      liveLine(toLiveView(stats, health, summary, null), now),
      '09:05:07  minute 17 catastrophe  |  baseline 24 rpm 0.0% errors p95 51 ms  |  ' +
        'demo 1029 rpm 60.7% errors p95 3.9 s  |  pool 5/5 +39 waiting  |  lost $123,457',
    );
  });

  it('does not show what another run lost', () => {
    const stats = { run_id: 'blackfriday-1-2', phase: 'calm', baseline: {}, demo: {} };
    const runs = [{ runId: 'blackfriday-1-1', lostRevenueUsd: 5 }];
    assert.equal(toLiveView(stats, null, { runs }, null).lostRevenueUsd, null);
    assert.equal(toLiveView(stats, null, null, null).lostRevenueUsd, null);
    assert.doesNotMatch(liveLine(toLiveView(stats, null, { runs }, null), now), /lost/);
  });

  it('shows a phase without minute, no latency and no pool where there is none', () => {
    const stats = { phase: 'normal', baseline: window(0, '0.0%', null), demo: window(0, '0.0%', null) };
    assert.equal(
      liveLine(toLiveView(stats, null, { runs: [] }, null), now),
      '09:05:07  normal  |  baseline 0 rpm 0.0% errors p95 -  |  demo 0 rpm 0.0% errors p95 -',
    );
  });

  it('says what does not arrive at the vendor, and why; nothing while all does', () => {
    const well = { lost: 0, refused: 0, oldestSeconds: 3, lastError: null };
    assert.equal(forwardingTrouble(well), null);
    assert.equal(forwardingTrouble(null), null);
    assert.equal(
      forwardingTrouble({ ...well, refused: 12, lastError: 'traces: HTTP 401' }),
      'OTLP 12 refused (traces: HTTP 401)',
    );
    const health = { forwarding: { ...well, lost: 3, oldestSeconds: 600, lastError: 'logs: no answer' } };
    const stats = { phase: 'normal', baseline: {}, demo: {} };
    assert.match(
      liveLine(toLiveView(stats, null, null, health), now),
      /OTLP 3 lost, waiting for 600 s \(logs: no answer\)$/,
    );
  });

  it('says so when the load generator is away', () => {
    assert.equal(liveLine(null, now), '09:05:07  the load generator does not answer');
  });
});
