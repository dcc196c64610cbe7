import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../resolve';
import { clockChange, clockOf, type RunClock } from './clock';

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
