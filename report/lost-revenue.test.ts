import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goodRun } from '../test/mocks/runs';
import { healedEarlier, LostRevenue, totalLostRevenueUsd } from './lost-revenue';

describe('lost revenue', () => {
  const minuteOf = (minute: number) => {
    const found = goodRun().minutes[minute];
    assert.ok(found);
    return { ...found, demo: { ...found.demo, lostRevenueUsd: null } };
  };

  it('takes in spans that came late, outlives a restart of the console, and adds up', () => {
    const lost = new LostRevenue();
    lost.add(new Map([[20, 100.1]]));
    lost.add(
      new Map([
        [20, 150.2],
        [21, 80.3],
      ]),
    );
    lost.add(new Map([[21, 3]]));
    const minutes = lost.updated([minuteOf(20), minuteOf(21), minuteOf(22)]);
    assert.deepEqual(
      minutes.map(({ demo }) => demo.lostRevenueUsd),
      [150.2, 80.3, null],
    );
    assert.equal(totalLostRevenueUsd(minutes), 230.5);
    assert.equal(totalLostRevenueUsd([minuteOf(22)]), null, 'not known is not nothing');
  });

  it('would have been less, had the outage been healed earlier', () => {
    const lost = new LostRevenue();
    lost.add(new Map([19, 20, 21, 22, 23].map((minute) => [minute, 100])));
    const minutes = lost.updated([19, 20, 21, 22, 23].map(minuteOf));
    assert.equal(
      healedEarlier({ minutes, flowAlertMinute: 22 }),
      'minute 20 $200, minute 22 (flow alert) $400',
    );
    const unknown = [20, 21].map(minuteOf);
    assert.equal(healedEarlier({ minutes: unknown, flowAlertMinute: null }), null);
  });
});
