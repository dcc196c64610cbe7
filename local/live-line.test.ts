import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { liveLine, toLiveView } from './live-line';

const window = (rpm: number, errorRate: string, p95: number | null) => ({
  rpm: 1,
  last_10s: { rpm, error_rate: errorRate, p95_ms: p95 },
});
const now = new Date(2026, 10, 27, 9, 5, 7);

describe('the live line', () => {
  it('shows minute, phase, both cohorts of the last ten seconds, and the pool', () => {
    const stats = {
      run_id: 'blackfriday-1-1',
      phase: 'catastrophe',
      baseline: window(23.6, '0.0%', 51.2),
      demo: { ...window(1029.4, '60.7%', 3912), demo_minute: 17 },
    };
    const health = { pools: { recommendation: { used: 5, max: 5, pending: 39 } } };
    assert.equal(
      liveLine(toLiveView(stats, health), now),
      '09:05:07  minute 17 catastrophe  |  baseline 24 rpm 0.0% errors p95 51 ms  |  ' +
        'demo 1029 rpm 60.7% errors p95 3.9 s  |  pool 5/5 +39 waiting',
    );
  });

  it('shows a phase without minute, no latency and no pool where there is none', () => {
    const stats = { phase: 'normal', baseline: window(0, '0.0%', null), demo: window(0, '0.0%', null) };
    assert.equal(
      liveLine(toLiveView(stats, null), now),
      '09:05:07  normal  |  baseline 0 rpm 0.0% errors p95 -  |  demo 0 rpm 0.0% errors p95 -',
    );
  });

  it('says so when the load generator is away', () => {
    assert.equal(liveLine(null, now), '09:05:07  the load generator does not answer');
  });
});
