import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Refusal } from '../../machine/errors';
import { exerciseHead } from '../../test/mocks/exercises';
import { ExerciseRecord } from './exercise-record';

let seconds = 0;
const record = (cause: 'missing-index' | null = 'missing-index'): ExerciseRecord => {
  seconds = 0;
  return new ExerciseRecord(exerciseHead(cause), ['look there', 'and there', 'it is'], () => seconds);
};

describe('an exercise under way', () => {
  it('is over when its time is, and takes nothing any more then', () => {
    const held = record();
    seconds = 99;
    held.look();
    assert.equal(held.isOver, false);
    seconds = 100;
    held.look();
    assert.equal(held.facts(null).end, 'time-over');
    assert.throws(() => {
      held.answer('missing-index', null);
    }, Refusal);
  });

  it('goes on after an answer that is not mended yet, and ends with the answer that nothing is the matter', () => {
    const held = record();
    held.answer('small-pool', 'because');
    held.look();
    assert.equal(held.isOver, false);
    held.answer('none', null);
    assert.deepEqual([held.isOver, held.facts(null).end], [true, 'answered']);
    assert.deepEqual(held.status().answers, ['small-pool', 'none']);
  });

  it('ends by itself when it was answered and is mended', () => {
    const held = record();
    for (let at = 0; at <= 40; at++)
      held.samples.push({
        at,
        demo: { scheduled: at, requests: at, errors: 0 },
        baseline: { scheduled: 0, requests: 0, errors: 0 },
        demoP95Ms: 100,
        wantedRpm: 60,
        unrepaired: 'failing',
        cured: true,
      });
    held.look();
    assert.equal(held.isOver, false, 'nothing was answered');
    held.answer('missing-index', null);
    held.look();
    assert.equal(held.isOver, true);
  });

  it('gives hints one after the other, each at its price, and no more than there are', () => {
    const held = record();
    assert.deepEqual(
      [held.hint(), held.hint(), held.hint()].map(({ points }) => points),
      [5, 10, 20],
    );
    assert.equal(held.status().nextHintPoints, null);
    assert.throws(() => held.hint(), /no further hint/);
  });
});
