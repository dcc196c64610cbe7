import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunMinutes } from './run-minutes';
import { RING_SECONDS, SecondSlots } from './second-slots';

describe('the minutes of the newest runs', () => {
  it('keep three runs, and 240 minutes of each: a minute older than those is not begun again', () => {
    const gone: number[] = [];
    const kept = new RunMinutes<null, { at: number }>(
      () => null,
      () => ({ at: -1 }),
      (_whole, { at }) => gone.push(at),
    );
    for (const runId of ['a', 'b', 'c', 'd']) kept.open(runId);
    assert.deepEqual(
      kept.newestFirst().map(({ runId }) => runId),
      ['d', 'c', 'b'],
    );
    kept.hold('b');
    for (const runId of ['forged-1', 'forged-2', 'forged-3', 'forged-4', 'd']) kept.open(runId);
    assert.deepEqual(
      kept.newestFirst().map(({ runId }) => runId),
      ['d', 'forged-4', 'b'],
    );
    const run = kept.open('d');
    for (let minute = 0; minute < 242; minute += 1) {
      const begun = kept.minute(run, minute);
      assert.ok(begun);
      begun.at = minute;
    }
    assert.deepEqual(gone, [0, 1]);
    assert.equal(kept.minute(run, 1), null);
    assert.equal(kept.minute(run, 2)?.at, 2);
    assert.equal(kept.minutesOf('d').length, 240);
    assert.deepEqual(kept.minutesOf('a'), []);
  });
});

describe('the slots of the last seconds', () => {
  it('are used again for newer seconds, cleared; a second already forgotten has none', () => {
    const slots = new SecondSlots();
    const cleared: number[] = [];
    const take = (second: number) => slots.take(second, (slot) => cleared.push(slot));
    assert.equal(take(1000), 1000 % RING_SECONDS);
    assert.equal(take(1000), 1000 % RING_SECONDS);
    assert.equal(cleared.length, 1);
    assert.equal(take(1000 + RING_SECONDS), 1000 % RING_SECONDS);
    assert.equal(cleared.length, 2);
    assert.equal(take(1000), null);
    take(1001);
    assert.deepEqual([...slots.within(1000, 1002)], [1001 % RING_SECONDS]);
  });
});
