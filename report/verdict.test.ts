import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohort, goodRun, withMinute } from '../test/mocks/runs';
import type { Ablation, DemoMode } from '../scenario/types';
import { bandOf } from './limits';
import { verdictOf } from './verdict';

describe('the band', () => {
  it('is 5 points at 60 s, 8 at 6 s, linear between, and never outside', () => {
    assert.equal(bandOf(60), 0.05);
    assert.ok(Math.abs(bandOf(6) - 0.08) < 1e-12);
    assert.ok(Math.abs(bandOf(33) - 0.065) < 1e-12);
    assert.equal(bandOf(600), 0.05);
    assert.ok(Math.abs(bandOf(2) - 0.08) < 1e-12);
  });
});

describe('the verdict on a run', () => {
  it('is positive when every target minute is met and baseline is green', () => {
    const verdict = verdictOf(goodRun());
    assert.deepEqual(verdict, { ok: true, graded: true, failures: [], notes: [] });
  });

  it('lets a graded minute lie within the band, and names one that does not', () => {
    const facts = goodRun();
    assert.equal(verdictOf(withMinute(facts, 20, { demo: cohort(1000, 705) })).ok, true);
    const { ok, failures } = verdictOf(withMinute(facts, 20, { demo: cohort(1000, 695) }));
    assert.equal(ok, false);
    assert.deepEqual(failures, ['minute 20: 69.5% demo errors, target 78.0% ± 8.0 points']);
  });

  it('is stricter with minutes of 60 s', () => {
    const facts = goodRun({ minuteSeconds: 60 });
    assert.equal(verdictOf(withMinute(facts, 20, { demo: cohort(1000, 705) })).ok, false);
  });

  it('does not look at the target of a minute that is not graded', () => {
    assert.equal(verdictOf(withMinute(goodRun(), 3, { demo: cohort(1000, 900) })).ok, true);
  });

  it('fails when a graded minute was not seen', () => {
    const { failures } = verdictOf(withMinute(goodRun(), 10, { demo: cohort(0, 0, null) }));
    assert.deepEqual(failures, ['minute 10: no demo checkout was seen']);
  });

  it('grades only the minutes that were run', () => {
    const facts = goodRun();
    const early = { ...facts, minutes: facts.minutes.filter(({ minute }) => minute < 8) };
    assert.equal(verdictOf(early).graded, true);
    const none = verdictOf({ ...facts, minutes: facts.minutes.filter(({ minute }) => minute === 7) });
    assert.equal(none.graded, false);
    assert.match(none.notes.join(), /^NOT GRADED: no graded minute in minutes 7 to 7 /);
    assert.equal(none.ok, true, 'nothing else failed');
  });

  it('does not grade without storage emulation, and says so', () => {
    const { ok, graded, notes } = verdictOf(goodRun({ storageEmulation: false }));
    assert.equal(ok, true);
    assert.equal(graded, false);
    assert.match(notes.join(), /^NOT GRADED: without storage emulation/);
  });

  it('is negative after an interruption', () => {
    const facts = goodRun();
    const { ok, failures } = verdictOf({ ...facts, minutes: facts.minutes.slice(0, 3) }, 'SIGINT');
    assert.equal(ok, false);
    assert.deepEqual(failures, ['interrupted after minute 2: SIGINT']);
  });

  it('is negative when the heal failed', () => {
    const facts = goodRun();
    const { failures } = verdictOf({
      ...facts,
      healed: {
        ...facts.healed,
        ok: false,
        failures: ['idx_products_category is absent, should be present'],
      },
    });
    assert.deepEqual(failures, ['not healed: idx_products_category is absent, should be present']);
  });

  it('names dropped starts and a large start lag', () => {
    const { ok, notes } = verdictOf({
      ...goodRun(),
      load: { scheduled: 1000, started: 990, dropped: 10, startLagP99Ms: 180 },
    });
    assert.equal(ok, true);
    assert.match(notes.join('\n'), /10 of 1000 starts were dropped[^]*180 ms/);
  });
});

describe('the verdict on baseline', () => {
  it('lets one failed journey of a minute pass, and refuses two', () => {
    const facts = goodRun();
    assert.equal(verdictOf(withMinute(facts, 4, { baseline: cohort(3, 1) })).ok, true);
    const { failures } = verdictOf(withMinute(facts, 4, { baseline: cohort(50, 2) }));
    assert.deepEqual(failures, ['minute 4: 2 of 50 baseline journeys failed (at most 2 %)']);
  });

  it('refuses more than 2 % of the whole run although no minute had two failures', () => {
    const facts = goodRun();
    const minutes = facts.minutes.map((minute) => ({ ...minute, baseline: cohort(30, 1) }));
    assert.deepEqual(verdictOf({ ...facts, minutes }).failures, [
      'baseline: 30 of 900 journeys failed (at most 2 %)',
    ]);
  });

  it('refuses a slow catalog and a slow journey', () => {
    const { failures } = verdictOf({ ...goodRun(), baseline: { catalogP95Ms: 121, journeyP95Ms: 501 } });
    assert.deepEqual(failures, [
      'baseline: p95 121 ms at the catalog (at most 120 ms)',
      'baseline: p95 501 ms for the whole journey (at most 500 ms)',
    ]);
    assert.equal(verdictOf({ ...goodRun(), baseline: { catalogP95Ms: 120, journeyP95Ms: 500 } }).ok, true);
  });

  it('says when there were too few requests for a p95', () => {
    const { ok, notes } = verdictOf({ ...goodRun(), baseline: { catalogP95Ms: null, journeyP95Ms: 20 } });
    assert.equal(ok, true);
    assert.match(notes.join(), /p95 was not judged/);
  });

  it('refuses a run without any baseline journey', () => {
    const facts = goodRun();
    const minutes = facts.minutes.map((minute) => ({ ...minute, baseline: cohort(0, 0, null) }));
    assert.deepEqual(verdictOf({ ...facts, minutes }).failures, ['baseline: no journey was seen']);
  });
});

describe('the verdict on an ablated run', () => {
  const quiet = (ablation: Ablation, errors: number, p95Ms: number, mode: DemoMode = 'blackfriday') => {
    const facts = goodRun({ mode, ablation });
    return {
      ...facts,
      minutes: facts.minutes.map((minute) => ({
        ...minute,
        demo: { ...minute.demo, ...cohort(1000, errors, p95Ms) },
      })),
    };
  };

  it('with the index: at most 2 % fail in every minute', () => {
    assert.deepEqual(verdictOf(quiet('index', 20, 30)).failures, []);
    const { failures } = verdictOf(withMinute(quiet('index', 0, 30), 12, { demo: cohort(1000, 30) }));
    assert.deepEqual(failures, ['minute 12: 3.0% demo errors although the index is there (at most 2 %)']);
  });

  it('with the pool: is not graded without a minute of the peak', () => {
    const facts = quiet('pool', 0, 300);
    const verdict = verdictOf({ ...facts, minutes: facts.minutes.filter(({ minute }) => minute === 0) });
    assert.equal(verdict.graded, false);
    assert.match(verdict.notes.join(), /^NOT GRADED: no minute of the peak in minutes 0 to 0\./);
  });

  it('with the pool: less than 5 % fail at the peak, and it is slow there', () => {
    assert.deepEqual(verdictOf(quiet('pool', 10, 1700)).failures, []);
    assert.match(verdictOf(quiet('pool', 60, 1700)).failures.join(), /6\.0% demo errors at the peak/);
    const fast = verdictOf(quiet('pool', 0, 300)).failures;
    assert.match(fast.join(), /minute 20: the demo's p95 is 300 ms/);
    assert.ok(!fast.some((failure) => failure.startsWith('minute 19')), 'minute 19 is before the peak');
  });

  it('of a cache that fills again: its last minutes are looked at, once it is predicted to have recovered', () => {
    const facts = quiet('ttl', 5, 30, 'cache-stampede');
    assert.deepEqual(verdictOf(facts).failures, []);
    const { failures } = verdictOf(withMinute(facts, 28, { demo: cohort(1000, 30) }));
    assert.deepEqual(failures, ['minute 28: 3.0% demo errors although lists are kept longer (at most 2 %)']);
    assert.equal(verdictOf(withMinute(facts, 9, { demo: cohort(1000, 900) })).ok, true, 'the trigger shows');
    const early = verdictOf({ ...facts, minutes: facts.minutes.filter(({ minute }) => minute < 12) });
    assert.equal(early.graded, false);
    assert.match(
      early.notes.join(),
      /^NOT GRADED: by the end of minutes 0 to 11 it is not predicted to have recovered/,
    );
  });
});
