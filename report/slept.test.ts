import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohort, goodRun, withMinute, type WatchedRun } from '../test/mocks/runs';
import { SleepWatch, sleptEvent } from './slept';
import { gradeOf, judge } from './verdict';

describe('a gap of the clock', () => {
  /** Looks once a second of the process; `passed` is what the wall clock did meanwhile. */
  function looks(seconds: readonly (readonly [passed: number, lived: number])[]): (number | null)[] {
    let [wall, lived] = [1_700_000_000, 50];
    const watch = new SleepWatch({ wall: () => wall, lived: () => lived });
    watch.look();
    return seconds.map(([more, through]) => {
      wall += more;
      lived += through;
      const gap = watch.look();
      return gap === null ? null : gap.to - gap.from;
    });
  }

  it('is seen when the wall clock went on without the process, once', () => {
    assert.deepEqual(looks([[1, 1], [96, 1], [1, 1]]), [null, 96, null]); // prettier-ignore
  });

  it('is seen where the machine counts its sleep as lived through', () => {
    assert.deepEqual(looks([[1, 1], [96, 96]]), [null, 96]); // prettier-ignore
  });

  it('is none while calls take their time, or a clock is set a little', () => {
    assert.deepEqual(looks([[12, 12], [2.5, 1], [-30, 1], [20, 20]]), [null, null, null, null]); // prettier-ignore
  });

  it('begins and ends in minutes of the run', () => {
    const { minute, text, slept } = sleptEvent({ from: 111, to: 125 }, (at) => at / 6);
    assert.deepEqual([minute, slept], [18, { fromMinute: 18, toMinute: 20, seconds: 14 }]);
    assert.match(text, /14\.0 s/);
  });
});

/** A run whose machine slept through minutes 18 to 20: no load, journeys that broke, starts that were late. */
function slept(): WatchedRun {
  const nothing = { demo: cohort(0, 0, null), baseline: cohort(12, 12, null) };
  return {
    ...[18, 19, 20].reduce((facts, minute) => withMinute(facts, minute, nothing), goodRun()),
    load: { scheduled: 40_000, started: 38_000, dropped: 2_000, startLagP99Ms: 14_000 },
    baseline: { catalogP95Ms: 9, journeyP95Ms: 13_000 },
    flowAlertMinute: null,
    events: [sleptEvent({ from: 111, to: 125 }, (at) => at / 6)],
  };
}

describe('the verdict on a run in whose middle the machine slept', () => {
  it('says so, calls nothing overloaded, and grades the minutes that were lived through', () => {
    const report = judge(slept());
    const { verdict, deviations } = report;
    assert.deepEqual(verdict.failures, []);
    assert.equal(gradeOf(verdict), 'as promised');
    assert.match(verdict.notes[0] ?? '', /^This machine slept.* 14\.0 s \(minutes 18 to 20\).*not graded\.$/);
    const said = [...verdict.notes, ...deviations.map(({ reason }) => reason)].join('\n');
    assert.doesNotMatch(said, /overloaded/);
    assert.match(said, /2000 of 40000 starts were dropped.*this machine slept/);
    assert.match(said, /flow alert was not graded/i);
    assert.match(said, /p95 was not judged: requests waited while the machine slept/);
    assert.equal(report.minutes.find(({ minute }) => minute === 20)?.demo.graded, false);
  });

  it('still fails what was lived through', () => {
    const { verdict } = judge(withMinute(slept(), 10, { demo: cohort(1000, 100) }));
    assert.match(verdict.failures.join(), /^minute 10: /);
  });

  it('is not graded when every graded minute was slept through', () => {
    const facts = slept();
    const { verdict } = judge({
      ...facts,
      minutes: facts.minutes.filter(({ minute }) => minute >= 18 && minute <= 20),
    });
    assert.equal(gradeOf(verdict), 'not graded');
    assert.match(verdict.notes.join(), /NOT GRADED: this machine slept/);
  });

  it('is as ever where the shop runs elsewhere: only who watched it slept', () => {
    const { verdict } = judge({ ...slept(), ranOn: 'demo' });
    assert.match(verdict.failures.join(), /minute 20: no demo checkout was seen/);
  });
});
