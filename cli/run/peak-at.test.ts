import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseClockTime, startForPeak } from './peak-at';

const now = new Date(2026, 10, 21, 14, 0, 10);
const run = { peakMinute: 20, fromMinute: 0, minuteSeconds: 60 };

describe('a peak at a time of day', () => {
  it('is read as hours and minutes', () => {
    assert.deepEqual(parseClockTime('14:20'), { hour: 14, minute: 20 });
    assert.deepEqual(parseClockTime(' 9:05'), { hour: 9, minute: 5 });
    for (const wrong of ['24:00', '14:60', '14', '2pm', '14:2', ''])
      assert.equal(parseClockTime(wrong), null);
  });

  it('decides the start', () => {
    const plan = startForPeak({ hour: 14, minute: 30 }, now, run, 40);
    assert.deepEqual(plan, { startTimestamp: new Date(2026, 10, 21, 14, 10, 0).getTime() / 1000 });
    const late = startForPeak({ hour: 14, minute: 21 }, now, { ...run, fromMinute: 10 }, 40);
    assert.deepEqual(late, { startTimestamp: new Date(2026, 10, 21, 14, 1, 0).getTime() / 1000 });
  });

  it('is refused with the reason and the earliest one when it is too near', () => {
    const near = startForPeak({ hour: 14, minute: 20 }, now, run, 40);
    assert.ok('tooNear' in near);
    assert.match(
      near.tooNear,
      /cannot be at 14:20: minute 20 comes 1200 s after[^]*40 s\. The earliest is 14:21\./,
    );
    const earliest = startForPeak({ hour: 14, minute: 21 }, now, run, 40);
    assert.ok('startTimestamp' in earliest, 'and the earliest is accepted');
    const past = startForPeak({ hour: 13, minute: 59 }, now, run, 40);
    assert.ok('tooNear' in past);
    assert.match(past.tooNear, /it is 14:00 already/);
  });
});
