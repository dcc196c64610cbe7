import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { positionAt } from '../../scenario/timeline';
import type { Override } from '../../scenario/types';
import {
  EXPIRES_AFTER_SECONDS,
  movedTo,
  PAUSED_LEASE_SECONDS,
  paused,
  resumed,
  runUnderWay,
} from '../control/override-change';
import { clockChange, clockOf, minuteAt, type RunClock } from './run-clock';

const START = 1_700_000_000;
const scenario = resolveScenario(
  { demoMode: 'blackfriday', minuteSeconds: 6 },
  { nowSeconds: START, startTimestamp: START },
);
const run: Override = {
  runId: scenario.runId,
  mode: scenario.mode,
  startTimestamp: START,
  pausedAt: null,
  ablation: null,
  expiresAt: START + 30 * 6 + EXPIRES_AFTER_SECONDS,
  startedBy: 'cli',
  scenario,
};
const minuteOf = (override: Override, now: number): number =>
  minuteAt({ ...override, minuteSeconds: override.scenario.minuteSeconds }, now);
const effectiveOf = (override: Override) => ({
  scenario: override.scenario,
  source: 'override' as const,
  startTimestamp: override.startTimestamp,
  pausedAt: override.pausedAt,
  expiresAt: override.expiresAt,
});

describe('the clock of a run', () => {
  it('holds the minute while it is paused, and goes on there', () => {
    const held = paused(run, START + 60, PAUSED_LEASE_SECONDS);
    assert.equal(minuteOf(held, START + 60), 10);
    assert.equal(minuteOf(held, START + 600), 10);
    assert.equal(positionAt(effectiveOf(held), START + 600).minute, 10, 'as the services reckon');
    const again = resumed(held, START + 600);
    assert.equal(minuteOf(again, START + 600), 10);
    assert.equal(minuteOf(again, START + 606), 11);
    assert.equal(again.expiresAt - again.startTimestamp, run.expiresAt - START, 'the expiry moves along');
  });

  it('expires after a lease when a paused run has lost its runner, and never too early', () => {
    const late = paused(run, START + 200, PAUSED_LEASE_SECONDS);
    assert.equal(late.expiresAt, START + 200 + PAUSED_LEASE_SECONDS);
    assert.equal(paused(run, START, PAUSED_LEASE_SECONDS).expiresAt, run.expiresAt);
    assert.equal(paused(late, START + 300, 1800), late, 'paused already');
    assert.equal(resumed(run, START + 300), run, 'not paused');
  });

  it('goes to a minute, ahead and back, and stays paused when it was', () => {
    const ahead = movedTo(run, 20, START + 12);
    assert.equal(minuteOf(ahead, START + 12), 20);
    assert.equal(ahead.expiresAt, START + 12 + 10 * 6 + EXPIRES_AFTER_SECONDS);
    const back = movedTo(ahead, 3, START + 30);
    assert.equal(minuteOf(back, START + 30), 3);
    const held = movedTo(paused(run, START + 60, PAUSED_LEASE_SECONDS), 22, START + 90);
    assert.equal(minuteOf(held, START + 500), 22);
    assert.equal(minuteOf(resumed(held, START + 500), START + 506), 23);
  });

  it('makes an override of a run that the configuration wants, and of nothing none', () => {
    const desired = { ...scenario, startTimestamp: START };
    const found = runUnderWay({ desired, override: null });
    assert.ok(found);
    assert.equal(found.isNew, true);
    assert.equal(found.run.runId, scenario.runId, 'the same run for whoever counts by run');
    assert.equal(found.run.startTimestamp, START);
    assert.deepEqual(runUnderWay({ desired, override: run }), { run, isNew: false });
    const normal = resolveScenario({}, { nowSeconds: START });
    assert.equal(runUnderWay({ desired: normal, override: null }), null);
    assert.equal(runUnderWay({ desired, override: { ...run, mode: 'normal', scenario: normal } }), null);
  });
});

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
    assert.deepEqual(clockOf(effectiveOf(run)), running);
    assert.equal(clockOf({ ...effectiveOf(run), startTimestamp: null }), null);
  });
});
