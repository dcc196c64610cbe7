import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goodRun } from '../test/mocks/runs';
import { LostRevenue, totalLostRevenueUsd } from './lost-revenue';

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
});
