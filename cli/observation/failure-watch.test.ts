import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LastFailure } from './failure-watch';

describe('the last failed checkout', () => {
  it('is when the count grew last, and not when it began anew', () => {
    const last = new LastFailure();
    for (const [errors, at] of [
      [100, 0],
      [104, 500],
      [104, 1000],
      [2, 1500],
      [3, 2000],
      [3, 2500],
    ] as const) {
      last.look(errors, at);
    }
    assert.equal(last.at, 2000);
    assert.equal(new LastFailure().at, null);
  });

  it('takes failures of the seconds before the first look for failures of now', () => {
    const late = new LastFailure();
    late.look(104, 1500, 12);
    late.look(104, 2000, 12);
    assert.equal(late.at, 1500);
    const well = new LastFailure();
    well.look(104, 1500, 0);
    well.look(104, 2000, 3);
    assert.equal(well.at, null);
  });
});
