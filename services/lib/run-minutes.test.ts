import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunMinutes } from './run-minutes';

describe('the minutes of the newest runs', () => {
  it('keep three runs, and 240 minutes of each: a minute older than those is not begun again', () => {
    const gone: number[] = [];
    const kept = new RunMinutes<null, { at: number }>((_whole, { at }) => gone.push(at));
    const open = (runId: string) => kept.open(runId, () => null);
    const minuteOf = (minute: number) => kept.minute(open('d'), minute, () => ({ at: minute }));
    for (const runId of ['a', 'b', 'c', 'd']) open(runId);
    assert.deepEqual(
      kept.newestFirst().map(({ runId }) => runId),
      ['d', 'c', 'b'],
    );
    kept.hold('b');
    for (const runId of ['forged-1', 'forged-2', 'forged-3', 'forged-4', 'd']) open(runId);
    assert.deepEqual(
      kept.newestFirst().map(({ runId }) => runId),
      ['d', 'forged-4', 'b'],
    );
    for (let minute = 0; minute < 242; minute += 1) assert.ok(minuteOf(minute));
    assert.deepEqual(gone, [0, 1]);
    assert.equal(minuteOf(1), null);
    assert.equal(minuteOf(2)?.at, 2);
    assert.equal(kept.minutesOf('d').length, 240);
    assert.deepEqual(kept.minutesOf('a'), []);
  });
});
