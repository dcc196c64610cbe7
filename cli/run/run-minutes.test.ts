import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohort, peakMinute as seen } from '../../test/mocks/runs';
import { RunMinutes } from './run-minutes';

describe('what was seen of a run', () => {
  it('outlives a restart of the load generator', () => {
    const minutes = new RunMinutes();
    minutes.add({
      minutes: [seen(20, 300), seen(21, 10)],
      load: { scheduled: 900, started: 890, dropped: 10, startLagP99Ms: 40 },
    });
    minutes.add({
      minutes: [{ ...seen(21, 5), demo: cohort(50, 5) }],
      load: { scheduled: 60, started: 60, dropped: 0, startLagP99Ms: 3 },
    });
    assert.equal(minutes.get(20)?.demo.errors, 300);
    assert.equal(
      minutes.get(21)?.demo.errors,
      10,
      'the fuller record of the minute in which it was restarted',
    );
    assert.deepEqual(minutes.load(), { scheduled: 960, started: 950, dropped: 10, startLagP99Ms: 40 });
  });
});
