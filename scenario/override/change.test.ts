import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutageMode } from '../types';
import { resolveScenario } from '../resolve';
import { positionAt } from '../timeline';
import {
  ablated,
  jumpFault,
  minuteFault,
  minuteOf,
  movedTo,
  paused,
  prolonged,
  resumed,
  runOf,
  runUnderWay,
} from './change';
import { graceOf, HOLD_SECONDS } from './lease';
import { healingRun, requestedRun } from './start';

const START = 1_700_000_000;
const at = (minute: number): number => START + minute * 6;
const scenario = resolveScenario(
  { demoMode: 'blackfriday', minuteSeconds: 6, catalogRows: 100_000 },
  { nowSeconds: START, startTimestamp: START, scaleDefault: 0.25 },
);
const normal = resolveScenario(
  { minuteSeconds: 6, catalogRows: 100_000 },
  { nowSeconds: START, scaleDefault: 0.25 },
);
const run = runOf(scenario, 'cli');
const GRACE = graceOf(run);

describe('a run under way', () => {
  it('holds the minute while it is paused, and goes on there', () => {
    const held = paused(run, at(10), HOLD_SECONDS.attended);
    assert.equal(minuteOf(held, at(10)), 10);
    assert.equal(minuteOf(held, START + 600), 10);
    assert.equal(positionAt(held, START + 600).minute, 10, 'as the services reckon');
    const again = resumed(held, START + 600);
    assert.equal(minuteOf(again, START + 600), 10);
    assert.equal(minuteOf(again, START + 606), 11);
    assert.equal(again.expiresAt - again.startTimestamp, run.expiresAt - START, 'the expiry moves along');
    assert.equal(again.scenario.startTimestamp, again.startTimestamp);
  });

  it('expires when a paused run has lost its runner, and never too early', () => {
    const late = paused(run, START + 200, HOLD_SECONDS.attended);
    assert.equal(late.expiresAt, START + 200 + HOLD_SECONDS.attended);
    assert.equal(paused(run, START, HOLD_SECONDS.attended).expiresAt, run.expiresAt);
    assert.equal(paused(late, START + 300, HOLD_SECONDS.command), late, 'paused already');
    assert.equal(resumed(run, START + 300), run, 'not paused');
    assert.equal(
      prolonged(late, START + 300, HOLD_SECONDS.attended).expiresAt,
      START + 300 + HOLD_SECONDS.attended,
    );
    assert.equal(prolonged(run, START + 300, HOLD_SECONDS.attended), run, 'what runs is not prolonged');
  });

  it('loses what a long pause had added to its expiry when it goes on', () => {
    const console = runOf(scenario, 'console');
    const held = paused(console, at(12), HOLD_SECONDS.console);
    assert.equal(held.expiresAt, at(12) + HOLD_SECONDS.console);
    const again = resumed(held, at(112));
    assert.equal(again.expiresAt, again.startTimestamp + 180 + graceOf(console));
  });

  it('goes to a minute, ahead and back, and stays held when it was', () => {
    const ahead = movedTo(run, 20, START + 12);
    assert.equal(minuteOf(ahead, START + 12), 20);
    assert.equal(ahead.expiresAt, START + 12 + 10 * 6 + GRACE);
    const back = movedTo(ahead, 3, START + 30);
    assert.equal(minuteOf(back, START + 30), 3);
    const held = movedTo(paused(run, at(10), HOLD_SECONDS.attended), 22, START + 90);
    assert.equal(minuteOf(held, START + 500), 22);
    assert.equal(minuteOf(resumed(held, START + 500), START + 506), 23);
  });

  it('has the minutes that it shows: it cannot be put on one in which it is only held', () => {
    assert.equal(minuteFault({ shownMinutes: 30 }, 29), null);
    assert.match(minuteFault({ shownMinutes: 30 }, 30) ?? '', /must be less than 30/);
  });

  it('is not put back where what has leaked does not come back, unless the release is', () => {
    const leaking = runOf(
      resolveScenario(
        { demoMode: 'bad-release', minuteSeconds: 6 },
        { nowSeconds: START, startTimestamp: START },
      ),
      'cli',
    );
    assert.match(jumpFault(leaking, 3, at(12.5)) ?? '', /do not come back: roll the release back/);
    assert.equal(jumpFault(leaking, 12, at(12.5)), null, 'the minute itself, as the clock shows it');
    assert.equal(jumpFault(leaking, 20, at(12.5)), null);
    assert.match(jumpFault(leaking, 30, at(12.5)) ?? '', /must be less than 30/);
    assert.equal(jumpFault(ablated(leaking, 'release', null, at(12)), 3, at(12.5)), null);
    assert.equal(jumpFault(run, 3, at(12.5)), null, 'nothing gathers in a pool');
  });

  it('loses one cause from now on, and gets it back', () => {
    const index = ablated(run, 'index', scenario, at(20));
    assert.equal(index.scenario.indexes.idx_products_category, 'present');
    assert.equal(index.scenario.pools.recommendation.max, 5);
    assert.equal(index.scenario.expectations[25]?.predicted.errorRate, 0);
    const pool = ablated(index, 'pool', null, at(21));
    assert.equal(pool.scenario.indexes.idx_products_category, 'absent');
    assert.equal(pool.scenario.pools.recommendation.max, 25);
    const back = ablated(pool, null, null, at(22));
    assert.equal(back.scenario.pools.recommendation.max, 5);
    assert.equal(back.ablation, null);
    const moved = movedTo(run, 20, at(3));
    assert.equal(ablated(moved, 'index', scenario, at(3)).scenario.startTimestamp, moved.startTimestamp);
  });

  it('is made of a run that the configuration wants, and of nothing none', () => {
    const found = runUnderWay({ desired: scenario, override: null }, 'console');
    assert.equal(found?.isNew, true);
    assert.equal(found.run.runId, scenario.runId, 'the same run for whoever counts by run');
    assert.equal(found.run.startTimestamp, START);
    assert.deepEqual(runUnderWay({ desired: scenario, override: run }, 'cli'), { run, isNew: false });
    assert.equal(runUnderWay({ desired: normal, override: null }, 'cli'), null);
    const healed = healingRun(scenario, at(5));
    assert.equal(runUnderWay({ desired: scenario, override: healed }, 'cli'), null);
  });
});

describe('a run that is asked for', () => {
  it('has from the desired scenario what is not named', () => {
    const asked = requestedRun({ mode: 'blackfriday', minuteSeconds: 10, startTimestamp: START }, normal, {
      now: START - 5,
      startedBy: 'console',
      digits: 'abc',
      rolls: true,
    });
    assert.equal(asked.startTimestamp, START);
    assert.equal(asked.scenario.minuteSeconds, 10);
    assert.equal(asked.scenario.scale, 0.25);
    assert.equal(asked.scenario.catalogRows, 100_000);
    assert.equal(asked.scenario.pools.recommendation.max, 5);
    assert.equal(asked.expiresAt, START + 30 * 10 + graceOf(asked));
    assert.match(asked.runId, /-console-abc$/);
  });

  it('is refused where it needs a release that nobody would roll out', () => {
    const asked = (mode: OutageMode) =>
      requestedRun({ mode }, normal, { now: START, startedBy: 'console', rolls: false });
    assert.equal(asked('blackfriday').mode, 'blackfriday');
    assert.throws(() => asked('bad-release'), /checkout's release 1\.1\.0.*pulumi up/);
  });

  it('heals a configured outage as a normal run that expires', () => {
    const heal = healingRun(scenario, at(5), 'x');
    assert.equal(heal.mode, 'normal');
    assert.deepEqual(heal.scenario.indexes, normal.indexes);
    assert.equal(heal.scenario.pools.recommendation.max, 25);
    assert.ok(heal.expiresAt > at(5));
  });
});
