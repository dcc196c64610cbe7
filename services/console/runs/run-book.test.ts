import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ablated as ablatedRun,
  movedTo,
  paused,
  resumed as resumedRun,
} from '../../../scenario/override/change';
import { effectiveOf, runOf, scenarioOf, START_SECONDS } from '../../../test/mocks/scenarios';
import type { EffectiveScenario, Override } from '../../../scenario/types';
import { RunBook } from './run-book';

const normal = effectiveOf(scenarioOf('normal'), { source: 'desired', startTimestamp: null });
const asEffective = (run: Override): EffectiveScenario =>
  effectiveOf(run.scenario, { startTimestamp: run.startTimestamp, pausedAt: run.pausedAt });

function book(): { runs: RunBook; began: number[]; at: (minute: number) => void } {
  let nowMs = START_SECONDS * 1000;
  const began: number[] = [];
  const runs = new RunBook(
    (ms) => began.push(ms),
    () => nowMs,
  );
  return {
    runs,
    began,
    at: (minute) => {
      nowMs = (START_SECONDS + minute * 6) * 1000;
    },
  };
}

describe('the run book', () => {
  it('notes that the machine slept, by the minutes of the run in force', () => {
    const { runs, at } = book();
    const run = runOf();
    runs.slept({ from: START_SECONDS, to: START_SECONDS + 9 });
    at(0);
    runs.follow(asEffective(run));
    at(21);
    runs.slept({ from: START_SECONDS + 18.5 * 6, to: START_SECONDS + 20.9 * 6 });
    const events = runs.latest()?.events ?? [];
    assert.deepEqual(
      events.map(({ kind, minute, slept }) => [kind, Math.floor(minute ?? -1), slept]),
      [
        ['began', 0, undefined],
        ['slept', 18, { fromMinute: 18, toMinute: 20, seconds: 14 }],
      ],
    );
  });

  it('notes what is done to a run, and where its clock stood', () => {
    const { runs, began, at } = book();
    const run = runOf();
    at(-1);
    runs.follow(normal);
    runs.follow(asEffective(run));
    at(10);
    const held = paused(run, START_SECONDS + 60, 3600);
    runs.follow(asEffective(held));
    at(20);
    const resumed = resumedRun(held, START_SECONDS + 120);
    runs.follow(asEffective(resumed));
    const moved = movedTo(resumed, 18, START_SECONDS + 120);
    runs.follow(asEffective(moved));
    const ablated = ablatedRun(moved, 'index', null, START_SECONDS + 120);
    runs.follow(asEffective(ablated));
    at(21);
    runs.follow(normal);
    const known = runs.latest();
    assert.ok(known);
    assert.deepEqual(
      known.events.map(({ kind, minute }) => [kind, minute === null ? null : Math.round(minute)]),
      [
        ['began', null],
        ['paused', 10],
        ['resumed', 10],
        ['jumped', 18],
        ['ablation', 18],
        ['ended', 19],
      ],
    );
    assert.equal(known.original.ablation, null);
    assert.equal(known.original.indexes.idx_products_category, 'absent', 'as before the ablation');
    assert.equal(Math.round(known.endMinute ?? 0), 19);
    assert.deepEqual(began, [(START_SECONDS - 6) * 1000]);
  });

  it('keeps the last three runs, the one in force first', () => {
    const { runs } = book();
    const ids = [1, 2, 3, 4].map((demoRun) => {
      const run = runOf(scenarioOf('blackfriday', { demoRun }));
      runs.follow(asEffective(run));
      return run.runId;
    });
    assert.equal(runs.get(ids[0] ?? ''), null);
    assert.equal(runs.latest()?.runId, ids[3]);
    assert.notEqual(runs.get(ids[1] ?? '')?.endedMs, null);
  });

  it('a run that comes back after a heal goes on', () => {
    const { runs, began } = book();
    const run = asEffective(runOf());
    runs.follow(run);
    runs.follow(normal);
    runs.follow(run);
    assert.equal(runs.latest()?.endedMs, null);
    assert.equal(began.length, 1);
  });
});
