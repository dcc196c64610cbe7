import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ablate } from '../../scenario/ablate';
import type { ObservedMinute, RunObservation } from '../../report/observation';
import { resolveScenario } from '../../scenario/resolve';
import { MinuteProgress } from './minute-progress';
import { cohort } from '../../test/mocks/runs';
import type { RunClock } from '../../scenario/override/clock';
import type { RunPlan } from './run-plan';
import { RunRecord } from './run-record';

const START = 1_700_000_000;
const scenario = resolveScenario(
  { demoMode: 'blackfriday', minuteSeconds: 6 },
  { nowSeconds: START, startTimestamp: START },
);
const plan: RunPlan = {
  scenario,
  startGiven: false,
  peakMinute: 20,
  holdMinute: 22,
  fromMinute: 0,
  toMinute: 29,
  override: {
    runId: scenario.runId,
    mode: scenario.mode,
    startTimestamp: START,
    pausedAt: null,
    ablation: null,
    expiresAt: START + 1000,
    startedBy: 'cli',
    scenario,
  },
};

function watch(blind = false) {
  const lines: string[] = [];
  const record = new RunRecord();
  record.seen.add({
    minutes: scenario.expectations.map(({ minute, phase }) => ({
      minute,
      phase,
      demo: cohort(400, 100, 3000),
      baseline: cohort(10, 0),
      inFlight: 0,
    })),
    load: { scheduled: 1, started: 1, dropped: 0, startLagP99Ms: 1 },
  });
  const progress = new MinuteProgress(plan, record, { line: (text) => lines.push(text) }, { blind });
  /** Looks each second, as the monitor does. */
  const look = (clock: RunClock, from: number, to: number): void => {
    for (let now = from; now <= to; now++) {
      progress.follow(clock, now);
      progress.tell(now);
    }
  };
  const told = (): number[] => record.minutes.map(({ minute }) => minute);
  return { lines, record, progress, look, told };
}
const running: RunClock = { startTimestamp: START, pausedAt: null, minuteSeconds: 6 };

describe('the minutes of a run whose cause is taken out on the way', () => {
  it('are not held against the curve from then on, and the report says when it was', () => {
    const { look, progress, record } = watch();
    look(running, START, START + 38);
    progress.expect(ablate(scenario, scenario, 'index', 6.3), START + 38);
    look(running, START + 39, START + 75);
    assert.deepEqual(
      record.minutes.filter(({ demo }) => demo.graded).map(({ minute }) => minute),
      [1, 5],
      'minute 10 would be the next',
    );
    assert.equal(record.minutes.at(-1)?.demo.predicted.errorRate, 0);
    assert.deepEqual(
      record.events.map(({ minute, text }) => [minute, text]),
      [[6, 'index restored, pool still small']],
    );
  });
});

describe('the minutes of a run whose clock is moved', () => {
  it('are held by a pause: the minute comes once, whole, and later', () => {
    const { look, told, record, lines } = watch();
    look(running, START, START + 8);
    look({ ...running, pausedAt: START + 8 }, START + 9, START + 60);
    assert.deepEqual(told(), [0], 'minute 1 is held');
    look({ ...running, startTimestamp: START + 52 }, START + 61, START + 72);
    assert.deepEqual(told(), [0, 1]);
    assert.equal(lines.filter((line) => line.includes('The run ')).length, 2, lines.join('\n'));
    assert.deepEqual(
      record.events.map(({ minute }) => minute),
      [1, 1],
    );
  });

  it('are skipped by a jump ahead; those it cuts are not graded', () => {
    const { look, told, record } = watch();
    look(running, START, START + 32);
    // At second 32 of minute 5: to minute 15.
    look({ ...running, startTimestamp: START + 32 - 90 }, START + 33, START + 70);
    assert.deepEqual(told().slice(0, 9), [0, 1, 2, 3, 4, 5, 15, 16, 17]);
    const graded = record.minutes.filter(({ demo }) => demo.graded).map(({ minute }) => minute);
    assert.deepEqual(graded.includes(5) || graded.includes(15), false, graded.join());
    assert.ok(record.minutes.every(({ demo, minute }) => demo.graded === graded.includes(minute)));
  });

  it('come once more after a jump back, and stay once in the report', () => {
    const { look, told, lines, progress } = watch();
    look(running, START, START + 40);
    look({ ...running, startTimestamp: START + 40 - 12 }, START + 41, START + 90);
    assert.deepEqual([...new Set(told())], told());
    assert.equal(lines.filter((line) => line === '--- Minute 3/30 ---').length, 2);
    assert.equal(progress.done, false);
  });

  it('end the run when the jump leads beyond its last one', () => {
    const { look, progress, told } = watch();
    look(running, START, START + 20);
    look({ ...running, startTimestamp: START + 20 - 181 }, START + 21, START + 30);
    assert.equal(progress.done, true);
    assert.deepEqual(told(), [0, 1, 2, 3]);
  });

  it('are printed up to the one under way when the run is ended on purpose', () => {
    const { look, progress, told, record } = watch();
    look(running, START, START + 13);
    progress.finish(START + 14, false);
    assert.deepEqual(told(), [0, 1, 2]);
    assert.equal(progress.done, true);
    assert.equal(record.minutes[1]?.demo.graded, scenario.expectations[1]?.graded);
    assert.equal(record.minutes[2]?.demo.graded, false, 'it was cut');
  });

  it('give nothing away in a blind run', () => {
    const { look, lines } = watch(true);
    look(running, START, START + 40);
    const text = lines.join('\n');
    assert.match(text, /Errors: 100 \(25\.0%\)/);
    assert.doesNotMatch(text, /Phase|target|predicted|should trigger/);
  });
});

const seen = (minute: number, errors: number, inFlight = 0): ObservedMinute => ({
  minute,
  phase: 'catastrophe',
  demo: { ...cohort(420, errors, 3210), rpm: 4200 },
  baseline: cohort(10, 0, 12),
  inFlight,
});
const observation = (...minutes: ObservedMinute[]): RunObservation => ({
  minutes,
  load: { scheduled: 430 * minutes.length, started: 430 * minutes.length, dropped: 0, startLagP99Ms: 2 },
});

describe('the progress of a run', () => {
  const watch = (fromMinute = 20, toMinute = 21) => {
    const lines: string[] = [];
    const record = new RunRecord();
    const last = { ...plan, fromMinute, toMinute };
    return {
      lines,
      record,
      progress: new MinuteProgress(last, record, { line: (text) => lines.push(text) }),
    };
  };
  const titles = (lines: string[]) => lines.filter((line) => line.startsWith('---'));

  it('tells a minute once, when it is over and its requests have ended', () => {
    const { lines, record, progress } = watch();
    record.seen.add(observation(seen(20, 100, 40)));
    progress.tell(START + 20 * 6 + 5.9);
    assert.deepEqual(titles(lines), [], 'not over');
    progress.tell(START + 21 * 6 + 2);
    assert.deepEqual(titles(lines), [], 'forty are on their way');
    record.seen.add(observation(seen(20, 328)));
    progress.tell(START + 21 * 6 + 2.5);
    progress.tell(START + 21 * 6 + 4);
    assert.deepEqual(titles(lines), [], 'their spans are on their way to the console');
    record.lost.add(new Map([[20, 16_400]]));
    assert.equal(progress.due(START + 21 * 6 + 4.5), true);
    progress.tell(START + 21 * 6 + 4.5);
    progress.tell(START + 21 * 6 + 5);
    assert.deepEqual(titles(lines), ['--- Minute 20/30 ---']);
    assert.equal(record.minutes[0]?.demo.errors, 328);
    assert.equal(record.minutes[0].demo.lostRevenueUsd, 16_400);
    assert.match(lines[1] ?? '', /lost \$16,400, \$16,400 in total/);
    assert.equal(progress.done, false);
  });

  it('waits no longer for an answer than a caller does, and tells a minute nobody saw', () => {
    const { lines, record, progress } = watch();
    record.seen.add(observation(seen(20, 328, 3)));
    const patience = scenario.timeouts.demoRequestMs / 1000 + 3;
    progress.tell(START + 21 * 6 + patience);
    assert.deepEqual(titles(lines), ['--- Minute 20/30 ---']);
    progress.tell(START + 22 * 6 + patience);
    assert.equal(progress.done, true);
    assert.match(lines.at(-1) ?? '', /not seen/);
    assert.equal(record.minutes[1]?.demo.completed, 0, 'it stays in the report');
    assert.equal(record.minutes[1].demo.lostRevenueUsd, null);
  });

  it('announces the flow alert once, when its rule has been met for as long as it asks', () => {
    const { lines, record, progress } = watch(8, 23);
    record.seen.add(observation(...Array.from({ length: 16 }, (_, index) => seen(8 + index, 328))));
    progress.tell(START + 26 * 6);
    const said = lines.filter((line) => line.includes('flow alert should'));
    assert.deepEqual(said, [
      '  The flow alert should trigger now: errors above 30 %, p95 above 2 s, for 15 minutes',
    ]);
    assert.equal(record.flowAlertMinute, 22);
    assert.ok(
      !lines.some((line) => line.includes('Its incident')),
      'nobody is sent to an account that is not known',
    );
  });

  it('says with the flow alert where the vendor shows its incident', () => {
    const lines: string[] = [];
    const record = new RunRecord();
    const incidents = 'https://eu2.coralogix.com/#/incidents';
    const progress = new MinuteProgress(
      { ...plan, fromMinute: 8, toMinute: 23 },
      record,
      { line: (text) => lines.push(text) },
      { blind: false, incidents },
    );
    record.seen.add(observation(...Array.from({ length: 16 }, (_, index) => seen(8 + index, 328))));
    progress.tell(START + 26 * 6);
    const at = lines.findIndex((line) => line.includes('flow alert should'));
    assert.equal(lines[at + 1], `  Its incident: ${incidents}`);
  });
});
