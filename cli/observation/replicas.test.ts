import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { peakMinute as seen } from '../../test/mocks/runs';
import { cohortStats } from './answers';
import { mergeCohorts, mergeRuns } from './replicas';

describe('what the replicas of the load generator saw', () => {
  it('is put together, minute by minute', () => {
    const one = {
      minutes: [seen(20, 300, 2)],
      load: { scheduled: 9, started: 9, dropped: 0, startLagP99Ms: 4 },
    };
    const other = {
      minutes: [seen(20, 20), seen(21, 1)],
      load: { ...one.load, dropped: 1, startLagP99Ms: 9 },
    };
    const merged = mergeRuns([one, other]);
    assert.equal(merged.minutes.length, 2);
    assert.equal(merged.minutes[0]?.demo.errors, 320);
    assert.equal(merged.minutes[0].demo.errorRate, Math.round((320 / 840) * 10_000) / 10_000);
    assert.equal(merged.minutes[0].inFlight, 2);
    assert.deepEqual(merged.load, { scheduled: 18, started: 18, dropped: 1, startLagP99Ms: 9 });
  });

  it('is summed, but for what each tells of all together, and percentiles', () => {
    const one = cohortStats({ rpm: 50, target_rpm: 100, total: { requests: 5, dropped: 1 }, p95_ms: 20 });
    const other = cohortStats({
      rpm: 49,
      target_rpm: 100,
      total: { requests: 6, start_lag_p99_ms: 4 },
      p95_ms: 30,
    });
    const merged = mergeCohorts([one, other]);
    assert.deepEqual([merged.rpm, merged.targetRpm, merged.requests, merged.dropped], [99, 100, 11, 1]);
    assert.deepEqual([merged.p95Ms, merged.startLagP99Ms], [30, 4]);
  });
});
