import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { MinuteProgress } from './minute-progress';
import { lookAtLostRevenue, RunRecord } from './monitor';
import type { ObservedMinute, RunObservation } from '../../report/observation';
import { parseFlowAlert, parseLostRevenue, parseRun, parseSummary } from '../target/observation';
import { LastFailure } from './recovery';
import { mergeRuns } from '../target/replicas';
import { cohort } from '../../test/mocks/runs';
import { RunMinutes } from './run-minutes';
import type { RunPlan } from './run-plan';

const START = 1_700_000_000;
const scenario = resolveScenario(
  { demoMode: 'blackfriday', minuteSeconds: 6 },
  { nowSeconds: START, startTimestamp: START },
);
const plan: RunPlan = {
  scenario,
  startGiven: false,
  peakMinute: 20,
  fromMinute: 20,
  toMinute: 21,
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
  const watch = () => {
    const lines: string[] = [];
    const record = new RunRecord();
    return {
      lines,
      record,
      progress: new MinuteProgress(plan, record, { line: (text) => lines.push(text) }),
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

  it('announces the flow alert once', () => {
    const { lines, record, progress } = watch();
    record.seen.add(observation(seen(20, 328), seen(21, 330)));
    progress.tell(START + 23 * 6);
    assert.equal(lines.filter((line) => line.includes('flow alert should')).length, 1);
  });
});

describe('what was seen of a run', () => {
  it('outlives a restart of the load generator', () => {
    const minutes = new RunMinutes();
    minutes.add({
      minutes: [seen(20, 300), seen(21, 10)],
      load: { scheduled: 900, started: 890, dropped: 10, startLagP99Ms: 40 },
    });
    minutes.add({
      minutes: [{ ...seen(21, 5), demo: cohort(50, 5) }],
      load: { scheduled: 60, started: 60, dropped: 0, startLagP99Ms: 3 },
    });
    assert.equal(minutes.get(20)?.demo.errors, 300);
    assert.equal(
      minutes.get(21)?.demo.errors,
      10,
      'the fuller record of the minute in which it was restarted',
    );
    assert.deepEqual(minutes.load(), { scheduled: 960, started: 950, dropped: 10, startLagP99Ms: 40 });
  });
});

describe('lost revenue', () => {
  it('is asked of the console for this run', async () => {
    const record = new RunRecord();
    const asked: string[] = [];
    const answers = [null, new Map([[20, 5]])];
    const lostRevenue = (runId: string) => {
      asked.push(runId);
      return Promise.resolve(answers.shift() ?? null);
    };
    await lookAtLostRevenue(plan, record, { lostRevenue });
    assert.equal(record.lost.get(20), null, 'the console has not seen the run');
    await lookAtLostRevenue(plan, record, { lostRevenue });
    assert.equal(record.lost.get(20), 5);
    assert.deepEqual(asked, [scenario.runId, scenario.runId]);
  });

  it("is read from the console's run minutes", () => {
    const minutes = [{ minute: 3, lostRevenueUsd: 12.5 }, { minute: 4, lostRevenueUsd: 0 }, { minute: 5 }];
    assert.deepEqual(
      [...parseLostRevenue({ run: { minutes } })],
      [
        [3, 12.5],
        [4, 0],
      ],
    );
    assert.equal(parseLostRevenue({ run: null }).size, 0);
  });
});

describe('what services say', () => {
  it('is read from the load generator', () => {
    const { minutes, load } = parseRun({
      minutes: [
        {
          minute: 3,
          phase: 'calm',
          demo: { rpm: 500, scheduled: 50, completed: 40, errors: 10, errorRate: 0.2, p50Ms: 5, p95Ms: 9 },
          baseline: {
            rpm: 25,
            scheduled: 2,
            completed: 2,
            errors: 0,
            errorRate: 0,
            p50Ms: null,
            p95Ms: null,
          },
          load: { inFlight: 4 },
        },
      ],
      load: { scheduled: 52, started: 52, dropped: 0, startLagP99Ms: 2 },
    });
    assert.equal(minutes[0]?.demo.errorRate, 0.2);
    assert.equal(minutes[0].baseline.p95Ms, null);
    assert.equal(minutes[0].inFlight, 4);
    assert.equal(load.scheduled, 52);
  });

  it("is read from the console: baseline's route at the catalog, and no other", () => {
    const route = (service: string, name: string, traffic: string, p95Ms: number) => ({
      service,
      route: name,
      traffic,
      requests: 30,
      p95Ms,
    });
    const summary = parseSummary({
      telemetry: { arriving: true },
      windows: {
        last60s: {
          traffic: { baseline: { requests: 25 }, demo: { requests: 15 } },
          routes: [
            route('frontend', 'GET /products', 'baseline', 1),
            route('product-catalog', 'GET /products/recommendations', 'demo', 2),
            route('product-catalog', 'GET /products', 'baseline', 7),
          ],
        },
      },
    });
    assert.deepEqual(summary, {
      arriving: true,
      baselineRequests: 25,
      demoRequests: 15,
      catalog: { requests: 30, p95Ms: 7 },
    });
    assert.equal(parseSummary(null).arriving, false);
  });

  it('is read from the console: the flow alert', () => {
    const firing = { state: 'firing', since_minute: 7, incidents: [{ fromMinute: 5 }, { fromMinute: 7 }] };
    assert.deepEqual(parseFlowAlert({ flowAlert: firing }), {
      state: 'firing',
      sinceMinute: 7,
      firstMinute: 5,
    });
    const armed = { state: 'armed', since_minute: null, incidents: [] };
    assert.deepEqual(parseFlowAlert({ flowAlert: armed }), {
      state: 'armed',
      sinceMinute: null,
      firstMinute: null,
    });
    assert.equal(parseFlowAlert({}), null, 'an older console');
  });

  it('is put together from the replicas of the load generator', () => {
    const one = {
      minutes: [seen(20, 300, 2)],
      load: { scheduled: 9, started: 9, dropped: 0, startLagP99Ms: 4 },
    };
    const other = {
      minutes: [seen(20, 20), seen(21, 1)],
      load: { ...one.load, dropped: 1, startLagP99Ms: 9 },
    };
    const merged = mergeRuns([one, other]);
    assert.equal(merged.minutes.length, 2);
    assert.equal(merged.minutes[0]?.demo.errors, 320);
    assert.equal(merged.minutes[0].demo.errorRate, Math.round((320 / 840) * 10_000) / 10_000);
    assert.equal(merged.minutes[0].inFlight, 2);
    assert.deepEqual(merged.load, { scheduled: 18, started: 18, dropped: 1, startLagP99Ms: 9 });
  });

  it('tells when the last checkout failed', () => {
    const last = new LastFailure();
    for (const [errors, at] of [
      [100, 0],
      [104, 500],
      [104, 1000],
      [2, 1500],
      [3, 2000],
      [3, 2500],
    ] as const) {
      last.look(errors, at);
    }
    assert.equal(last.at, 2000);
    assert.equal(new LastFailure().at, null);
  });

  it('takes failures of the seconds before the first look for failures of now', () => {
    const late = new LastFailure();
    late.look(104, 1500, 12);
    late.look(104, 2000, 12);
    assert.equal(late.at, 1500);
    const well = new LastFailure();
    well.look(104, 1500, 0);
    well.look(104, 2000, 3);
    assert.equal(well.at, null);
  });
});
