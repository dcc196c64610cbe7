import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { totalLostRevenueUsd } from '../../../report/lost-revenue';
import { reportHead, reportMinute, type Report } from '../../../report/report';
import { sleptEvent } from '../../../report/slept';
import { gradeOf, judge, type Grade } from '../../../report/verdict';
import { flowMinuteOf } from '../../../report/minute-line';
import { evaluateFlowAlert } from '../../../scenario/flow-alert';
import { resolveScenario } from '../../../scenario/resolve';
import type { Ablation, DemoMode, MinuteExpectation, Scenario } from '../../../scenario/types';
import { cohort, goodRun } from '../../../test/mocks/runs';
import { effectiveOf, scenarioOf, START_SECONDS } from '../../../test/mocks/scenarios';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import { curveOf } from '../api/curve';
import { RunBook } from '../runs/run-book';
import { TelemetryStore } from '../store/telemetry-store';
import { reportOf } from './run-report';

/** What a minute shows: shares of the checkouts and of baseline that fail, and the checkouts' latency (ms). */
interface Shown {
  demo: number;
  baseline?: number;
  ms?: number;
}

/** Requests of a minute of each cohort, few enough for a quick test and many enough for shares of half a per cent. */
const CHECKOUTS = 200;
const BROWSES = 20;
/** Of the demo cohort, which in blackfriday-v3 mostly browses: they never fail, and are not what the curve is about. */
const DEMO_BROWSES = 100;

interface Case {
  mode?: DemoMode;
  minuteSeconds?: number;
  ablation?: Ablation;
  storageEmulation?: boolean;
  shownMinutes?: number;
  from?: number;
  to?: number;
  shows?: (expected: MinuteExpectation) => Shown;
  /** Demo minutes between which the machine slept. */
  slept?: [from: number, to: number];
  /** From this demo minute on the console takes one of two traces. */
  sampledFrom?: number;
}

function scenarioFor({
  mode = 'blackfriday',
  minuteSeconds = 6,
  storageEmulation = true,
  ablation,
  shownMinutes = 30,
}: Case): Scenario {
  return resolveScenario(
    { demoMode: mode, minuteSeconds, storageEmulation, shownMinutes, durationMinutes: shownMinutes + 4 },
    { nowSeconds: START_SECONDS - 5, startTimestamp: START_SECONDS, ablation: ablation ?? null },
  );
}

/** The same minutes as the run's command sees them and as the console does, each as a report. */
function bothReports(run: Case): { command: Report; console: Report } {
  const scenario = scenarioFor(run);
  const { from = 0, to = 29 } = run;
  const shows = run.shows ?? off(0, 0);
  const clock = { ms: (START_SECONDS + from * scenario.minuteSeconds) * 1000 };
  const store = new TelemetryStore(() => clock.ms);
  const runs = new RunBook(undefined, () => clock.ms);
  runs.follow(effectiveOf(scenario));
  let spans = 0;
  const minutes = scenario.expectations.slice(from, to + 1).map((expected) => {
    const { demo, baseline = 0 } = shows(expected);
    // Who fails has waited.
    const { ms = demo > 0.05 ? 2500 : 300 } = shows(expected);
    const startMs = (START_SECONDS + expected.minute * scenario.minuteSeconds) * 1000;
    clock.ms = startMs + scenario.minuteSeconds * 1000;
    if (expected.minute === run.sampledFrom) store.gate.oneIn = 2;
    const add = (traffic: 'demo' | 'baseline', route: string, requests: number, errors: number): void => {
      store.addSpans(
        Array.from({ length: requests }, (_, index) =>
          span({
            traceId: traceId((spans += 1)),
            spanId: spanId(spans),
            startMs: startMs + index,
            durationMs: traffic === 'demo' ? ms : 12,
            attributes: {
              'traffic.type': traffic,
              'demo.run_id': scenario.runId,
              'demo.minute': String(expected.minute),
              'http.request.method': 'POST',
              'http.route': route,
              'http.response.status_code': index < errors ? 503 : 200,
              ...(traffic === 'demo' ? { 'db.slow_query': true, 'db.full_table_scan': true } : {}),
              ...(index < errors && traffic === 'demo'
                ? { 'checkout.failed': true, 'db.connection.pool.exhausted': true }
                : {}),
            },
          }),
        ),
      );
    };
    const [failed, browsesFailed] = [Math.round(demo * CHECKOUTS), Math.round(baseline * BROWSES)];
    add('demo', '/api/checkout', CHECKOUTS, failed);
    add('demo', '/api/browse', DEMO_BROWSES, 0);
    add('baseline', '/api/browse', BROWSES, browsesFailed);
    return reportMinute(
      expected,
      { demo: cohort(CHECKOUTS, failed, ms), baseline: cohort(BROWSES, browsesFailed, 12) },
      null,
    );
  });
  const gaps =
    run.slept === undefined ? [] : [run.slept.map((at) => START_SECONDS + at * scenario.minuteSeconds)];
  const events = gaps.map(([since = 0, until = 0]) => {
    runs.slept({ from: since, to: until });
    return sleptEvent({ from: since, to: until }, (at) => (at - START_SECONDS) / scenario.minuteSeconds);
  });
  clock.ms += 1000;
  runs.follow(effectiveOf(scenarioOf('normal'), { source: 'desired', startTimestamp: null }));
  const known = runs.get(scenario.runId);
  assert.ok(known);
  return {
    command: judge({
      ...goodRun(),
      ...reportHead(scenario, START_SECONDS + from * scenario.minuteSeconds),
      events,
      // The command tells the minutes that are shown.
      minutes: minutes.filter(({ minute }) => minute < scenario.shownMinutes),
      lostRevenueUsd: totalLostRevenueUsd(minutes),
      flowAlertMinute:
        evaluateFlowAlert(minutes.map(flowMinuteOf), scenario.flowAlert).incidents[0]?.fromMinute ?? null,
    }),
    console: reportOf(curveOf(store, known, null, clock.ms), known),
  };
}

/** Of a target minute: so many points (share) off, the others as wanted. */
const off =
  (minute: number, points: number) =>
  (expected: MinuteExpectation): Shown => ({
    demo: expected.targetErrorRate + (expected.minute === minute ? points : 0),
  });

const CASES: [what: string, grade: Grade, run: Case][] = [
  ['a good run', 'as promised', {}],
  ['a run that missed its peak', 'not as promised', { shows: off(20, -0.1) }],
  ['7.5 points off at 6 s a minute: within the band', 'as promised', { shows: off(20, -0.075) }],
  ['6.5 points off at 30 s: within it', 'as promised', { minuteSeconds: 30, shows: off(20, -0.065) }],
  ['7 points off at 30 s: outside', 'not as promised', { minuteSeconds: 30, shows: off(20, -0.07) }],
  [
    'baseline that failed in one minute',
    'not as promised',
    { shows: ({ minute, targetErrorRate }) => ({ demo: targetErrorRate, baseline: minute === 9 ? 0.1 : 0 }) },
  ],
  ['a run with the index left in place', 'as promised', { ablation: 'index', shows: () => ({ demo: 0.01 }) }],
  [
    'one that failed although the index was there',
    'not as promised',
    { ablation: 'index', shows: ({ minute }) => ({ demo: minute === 12 ? 0.04 : 0 }) },
  ],
  ['a run with the large pool', 'as promised', { ablation: 'pool', shows: () => ({ demo: 0.01, ms: 1700 }) }],
  [
    'one that was quick with it',
    'not as promised',
    { ablation: 'pool', shows: () => ({ demo: 0, ms: 300 }) },
  ],
  ['the third version', 'as promised', { mode: 'blackfriday-v3', minuteSeconds: 30 }],
  [
    'the third version, off at its alert',
    'not as promised',
    { mode: 'blackfriday-v3', minuteSeconds: 30, shows: off(22, 0.1) },
  ],
  ['a run of 32 minutes, held two more', 'as promised', { shownMinutes: 32, to: 33 }],
  ['a range with its peak', 'as promised', { from: 18, to: 22 }],
  ['a range without a target', 'not graded', { from: 7, to: 9 }],
  ['a run without storage emulation', 'not graded', { storageEmulation: false }],
  [
    'a run whose machine slept through its peak',
    'as promised',
    {
      slept: [18.5, 20.4],
      shows: ({ minute, targetErrorRate }) =>
        minute >= 18 && minute <= 20 ? { demo: 0, baseline: 1 } : { demo: targetErrorRate },
    },
  ],
];

describe("the console's report and the one of the run's command", () => {
  for (const [what, grade, run] of CASES) {
    it(`say the same of ${what}: ${grade}`, () => {
      const { command, console } = bothReports(run);
      assert.equal(gradeOf(command.verdict), grade);
      const judged = ({ verdict, deviations }: Report): unknown => ({
        ...verdict,
        // Telemetry is kept as a histogram: a percentile is within 5 % of the truth.
        failures: verdict.failures.map((failure) => failure.replace(/p95 is \d+ ms/, 'p95')),
        // What it did not measure the console says.
        notes: verdict.notes.filter((note) => !note.startsWith("Baseline's p95 was not judged")),
        deviations,
      });
      assert.deepEqual(judged(console), judged(command));
      assert.deepEqual(Object.keys(console).sort(), Object.keys(command).sort());
      const counted = ({ minutes }: Report): unknown =>
        minutes.map(({ minute, demo, baseline }) => [
          minute,
          demo.graded,
          demo.errors,
          demo.completed,
          demo.target,
          demo.predicted,
          baseline.errors,
          baseline.completed,
        ]);
      assert.deepEqual(counted(console), counted(command));
      assert.equal(console.flowAlertMinute, command.flowAlertMinute);
      assert.deepEqual(console.flowAlertPlanned, command.flowAlertPlanned);
      assert.deepEqual(console.planned, command.planned);
      assert.equal(console.startedAt, command.startedAt);
    });
  }
});

describe('the report of a run of which not all traces were kept', () => {
  it('says from which minute on, and how many; its rates are those of all', () => {
    const { command, console } = bothReports({ shows: off(0, 0), sampledFrom: 25 });
    const [event, ...more] = console.events;
    assert.deepEqual([event?.minute, more], [25, []]);
    assert.match(event?.text ?? '', /in 5 minutes from here on its figures are reckoned from 1 of 2 traces/);
    const failing = ({ minutes }: Report): number => minutes[25]?.demo.errorRate ?? NaN;
    assert.ok(Math.abs(failing(console) - failing(command)) < 0.1);
    const all = console.minutes[25]?.demo;
    assert.ok(all && Math.abs((all.completed + all.errors) / CHECKOUTS - 1) < 0.2);
  });
});
