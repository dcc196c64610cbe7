import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExerciseFacts, ExerciseSample } from './facts';
import { gradeExercise } from './grade';
import { renderExercise } from './markdown';

/** Ten checkouts a second. */
const RPM = 600;

/** A second-by-second course: `failing` tells which share of the checkouts of a second fails. */
function course(
  seconds: number,
  options: {
    failing?: (at: number) => number;
    load?: (at: number) => number;
    p95Ms?: (at: number) => number;
    unrepaired?: (at: number) => ExerciseSample['unrepaired'];
    cured?: (at: number) => boolean;
    baselineFailing?: number;
  },
): ExerciseSample[] {
  const demo = { scheduled: 0, requests: 0, errors: 0 };
  const baseline = { scheduled: 0, requests: 0, errors: 0 };
  return Array.from({ length: seconds + 1 }, (_, at) => {
    const load = 10 * (options.load?.(at) ?? 1);
    demo.scheduled += load;
    demo.requests += load;
    demo.errors += load * (options.failing?.(at) ?? 0);
    baseline.scheduled += 4;
    baseline.requests += 4;
    baseline.errors += 4 * (options.baselineFailing ?? 0);
    return {
      at,
      demo: { ...demo },
      baseline: { ...baseline },
      demoP95Ms: options.p95Ms?.(at) ?? 200,
      wantedRpm: RPM,
      unrepaired: options.unrepaired?.(at) ?? (at >= 20 ? 'failing' : 'well'),
      cured: options.cured?.(at) ?? false,
    };
  });
}

const TRUTH: ExerciseFacts['truth'] = {
  mode: 'blackfriday',
  cause: 'missing-index',
  contributing: ['small-pool'],
  answer: 'the index is gone',
  remedy: 'create it',
};

function facts(change: Partial<ExerciseFacts>): ExerciseFacts {
  return {
    id: 'exercise-1',
    seed: 7,
    forWhom: 'agent',
    startedAt: '2026-01-15T12:00:00.000Z',
    minuteSeconds: 6,
    scale: 0.25,
    truth: TRUTH,
    limit: 300,
    samples: [],
    interventions: [],
    acknowledged: null,
    answers: [],
    hints: [],
    end: 'answered',
    endedAt: 100,
    healed: null,
    ...change,
  };
}

const created = { at: 50, kind: 'index-created', name: 'idx', text: 'created index idx' } as const;
const restarted = { at: 45, kind: 'restart', name: 'checkout', text: 'checkout was started again' } as const;
const answer = (cause: ExerciseFacts['answers'][number]['cause'], at = 48) => ({ at, cause, why: null });

describe('an exercise', () => {
  it('is passed by who finds the cause and mends it: points, times, no collateral', () => {
    const samples = course(90, {
      failing: (at) => (at >= 20 && at < 55 ? 0.5 : 0),
      cured: (at) => at >= 52,
    });
    const grade = gradeExercise(
      facts({ samples, answers: [answer('missing-index')], interventions: [created], acknowledged: 30 }),
    );
    assert.equal(grade.passed, true);
    assert.deepEqual([grade.cause, grade.remedy], ['right', 'right']);
    assert.equal(grade.onset, 20);
    assert.deepEqual([grade.detectSeconds, grade.diagnoseSeconds], [10, 28]);
    assert.ok((grade.mitigateSeconds ?? 0) >= 33 && (grade.mitigateSeconds ?? 0) <= 36);
    assert.equal(grade.points, 100);
    assert.match(renderExercise(facts({ samples }), grade), /passed, 100 of 100 points/);
  });

  it('is not passed by words alone: the right cause without a repair', () => {
    const samples = course(90, { failing: (at) => (at >= 20 ? 0.5 : 0) });
    const grade = gradeExercise(facts({ samples, answers: [answer('missing-index')], end: 'time-over' }));
    assert.equal(grade.passed, false);
    assert.deepEqual([grade.cause, grade.remedy, grade.mitigateSeconds], ['right', 'none', null]);
  });

  it('is not passed by who restarts services, and each restart is named', () => {
    const samples = course(90, { failing: (at) => (at >= 20 ? 0.5 : 0), baselineFailing: 0.1 });
    const grade = gradeExercise(
      facts({ samples, answers: [answer('bad-release')], interventions: [restarted], end: 'ended' }),
    );
    assert.equal(grade.passed, false);
    assert.deepEqual([grade.cause, grade.remedy], ['wrong', 'none']);
    assert.deepEqual(grade.collateral.restarted, ['checkout']);
    assert.equal(grade.detectSeconds, 25);
    assert.deepEqual([grade.parts.care, grade.parts.wrongAnswers, grade.points], [0, -10, 0]);
  });

  it('knows a workaround: checkouts succeed, and the cause is still there', () => {
    const samples = course(90, { failing: (at) => (at >= 20 && at < 50 ? 0.5 : 0) });
    const grade = gradeExercise(facts({ samples, answers: [answer('small-pool')] }));
    assert.deepEqual([grade.cause, grade.remedy], ['contributing', 'workaround']);
    assert.equal(grade.passed, false);
  });

  it('is mended only under the load that is wanted', () => {
    const samples = course(90, {
      failing: (at) => (at >= 20 && at < 50 ? 0.5 : 0),
      load: (at) => (at < 50 ? 1 : 0.5),
      cured: () => true,
    });
    assert.equal(gradeExercise(facts({ samples })).mitigateSeconds, null);
  });

  it('is mended only while it would be ill, for thirty seconds, to the end', () => {
    const well = (seconds: number, failing: (at: number) => number, ill = (at: number) => at >= 20) =>
      gradeExercise(
        facts({
          samples: course(seconds, { failing, unrepaired: (at) => (ill(at) ? 'failing' : 'well') }),
        }),
      ).mitigateSeconds;
    assert.equal(
      well(79, (at) => (at >= 20 && at < 51 ? 1 : 0)),
      null,
      'not yet thirty seconds',
    );
    assert.notEqual(
      well(82, (at) => (at >= 20 && at < 51 ? 1 : 0)),
      null,
    );
    assert.equal(
      well(90, (at) => (at >= 20 && at < 40 ? 0.5 : at > 85 ? 1 : 0)),
      null,
      'it failed again',
    );
    assert.equal(
      well(
        90,
        (at) => (at >= 20 && at < 40 ? 0.5 : 0),
        (at) => at >= 20 && at < 60,
      ),
      null,
      'by itself',
    );
  });

  it('of a shop that is slow is mended when it is quick again', () => {
    const slow = (p95Ms: (at: number) => number) =>
      gradeExercise(
        facts({
          samples: course(90, { p95Ms, unrepaired: (at) => (at >= 20 ? 'slow' : 'well'), cured: () => true }),
        }),
      );
    assert.equal(slow((at) => (at >= 20 ? 2500 : 200)).mitigateSeconds, null);
    const mended = slow((at) => (at >= 20 && at < 50 ? 2500 : 200));
    assert.equal(mended.onset, 20);
    assert.notEqual(mended.mitigateSeconds, null);
  });

  it('may be a false alarm: right is who says so and leaves all as it is', () => {
    const truth = { ...TRUTH, cause: null, contributing: [], remedy: null };
    const samples = course(60, { unrepaired: () => 'well' });
    const left = gradeExercise(facts({ truth, samples, answers: [answer('none')] }));
    assert.deepEqual([left.passed, left.cause, left.remedy, left.points], [true, 'right', 'not needed', 100]);
    const meddled = gradeExercise(
      facts({
        truth,
        samples,
        answers: [answer('small-pool', 20), answer('none')],
        interventions: [created],
      }),
    );
    assert.deepEqual([meddled.passed, meddled.remedy, meddled.parts.wrongAnswers], [false, 'needless', -10]);
    assert.deepEqual(meddled.collateral.changed, ['idx']);
  });

  it('takes it for mended at once when it is mended before anything fails', () => {
    const samples = course(90, { failing: (at) => (at === 8 ? 1 : 0), cured: () => true });
    const grade = gradeExercise(facts({ samples, answers: [answer('missing-index', 10)] }));
    assert.deepEqual([grade.onset, grade.mitigateSeconds, grade.diagnoseSeconds], [null, 0, 0]);
    assert.equal(grade.passed, true);
  });

  it('costs points for hints and for what was dropped on the way', () => {
    const samples = course(90, { failing: (at) => (at >= 20 && at < 55 ? 0.5 : 0), cured: (at) => at >= 52 });
    const dropped = { at: 40, kind: 'index-dropped', name: 'idx_other', text: 'dropped' } as const;
    const grade = gradeExercise(
      facts({
        samples,
        answers: [answer('missing-index')],
        interventions: [dropped, created],
        hints: [30, 40],
      }),
    );
    assert.deepEqual([grade.parts.hints, grade.parts.care, grade.points], [-15, 5, 80]);
    assert.deepEqual(grade.collateral.dropped, ['idx_other']);
  });

  it('counts from the answer that stayed', () => {
    const samples = course(90, { failing: (at) => (at >= 20 && at < 55 ? 0.5 : 0), cured: () => true });
    const grade = gradeExercise(
      facts({
        samples,
        answers: [answer('missing-index', 30), answer('hot-row', 40), answer('missing-index', 50)],
      }),
    );
    assert.deepEqual([grade.diagnoseSeconds, grade.detectSeconds], [30, 10]);
  });

  it('is written in Markdown that holds what a participant wrote, and is none of it', () => {
    const hostile = 'a\u001b[2J\u009b|b\n# c <img src=x> [d](javascript:e) \u202e';
    const dropped = {
      at: 5,
      kind: 'index-dropped',
      name: hostile,
      text: `dropped index ${hostile}`,
    } as const;
    const held = facts({
      samples: course(90, {}),
      answers: [{ at: 48, cause: 'missing-index', why: hostile }],
      interventions: [dropped],
    });
    const page = renderExercise(held, gradeExercise(held));
    assert.doesNotMatch(page, /(?!\n)\p{Cc}|\p{Bidi_Control}|<img|\n# c|(?<!\\)\[d|(?<!\\)\|b/u);
    assert.equal(page.split('javascript:e').length - 1, 3, 'said, done, and told as a harm');
  });
});
