import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../resolve';
import { clockChange, clockOf, JumpWatch, type RunClock } from './clock';

const START = 1_700_000_000;
const effective = {
  scenario: resolveScenario(
    { demoMode: 'blackfriday', minuteSeconds: 6 },
    { nowSeconds: START, startTimestamp: START },
  ),
  source: 'override' as const,
  startTimestamp: START,
  pausedAt: null,
  expiresAt: null,
};

describe('what happened to a clock', () => {
  const running: RunClock = { startTimestamp: START, pausedAt: null, minuteSeconds: 6 };
  const held: RunClock = { ...running, pausedAt: START + 60 };
  const change = (before: RunClock, after: RunClock, now: number) => clockChange(before, after, now - 1, now);

  it('is nothing, a pause, a resumption or a jump', () => {
    assert.equal(change(running, running, START + 5), 'none');
    assert.equal(change(running, held, START + 60.5), 'paused');
    assert.equal(change(held, held, START + 90), 'none');
    assert.equal(change(held, { ...running, startTimestamp: START + 30 }, START + 90.5), 'resumed');
    assert.equal(change(held, { ...running, startTimestamp: START - 60 }, START + 90.5), 'moved');
    assert.equal(change(running, { ...running, startTimestamp: START - 60 }, START + 5), 'moved');
    assert.equal(change(running, { ...running, startTimestamp: START + 60 }, START + 70), 'moved', 'back');
    assert.equal(change(held, { ...held, startTimestamp: START - 30 }, START + 90), 'moved');
  });

  it('is a resumption when both fell between two looks', () => {
    assert.equal(change(running, { ...running, startTimestamp: START + 0.4 }, START + 5), 'resumed');
  });

  it('is read from what counts now', () => {
    assert.deepEqual(clockOf(effective), running);
    assert.equal(clockOf({ ...effective, startTimestamp: null }), null);
  });
});

describe('who would hold what gathers', () => {
  const moved = (startTimestamp: number, pausedAt: number | null = null) => ({
    ...effective,
    startTimestamp,
    pausedAt,
  });

  it('notices a jump ahead and back, and takes no pause, resumption or other run for one', () => {
    const watch = new JumpWatch();
    assert.equal(watch.look(effective, START + 6), null, 'a run that is first seen');
    assert.deepEqual(watch.look(moved(START - 60), START + 12), { from: 2, to: 12 });
    assert.deepEqual(watch.look(moved(START), START + 30), { from: 15, to: 5 });
    assert.equal(watch.look(moved(START, START + 36), START + 36.5), null);
    assert.equal(watch.look(moved(START + 60), START + 96.5), null, 'resumed');
    const scenario = { ...effective.scenario, runId: 'another' };
    assert.equal(watch.look({ ...moved(START + 95), scenario }, START + 97), null, 'at its beginning');
    assert.equal(watch.look({ ...moved(0), scenario: { ...scenario, mode: 'normal' } }, START + 98), null);
    assert.deepEqual(watch.look(moved(START + 39), START + 99), { from: 0, to: 10 }, 'in its middle');
  });
});
