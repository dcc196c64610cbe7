import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import type { Override } from '../../scenario/types';
import { cohort } from '../../test/mocks/runs';
import { cohortStats, type RunTelemetry } from '../observation/answers';
import { monitor, type MonitorTools } from './monitor';
import type { RunPlan } from './run-plan';
import { RunRecord } from './run-record';

const START = 1_700_000_000;

/** A run of six one-minute minutes, and a shop that answers at once, by a clock that only waiting moves. */
function shop(
  answers: { state?: (now: number) => Override | null; run?: () => void; console?: () => void } = {},
) {
  const scenario = resolveScenario(
    { demoMode: 'blackfriday', minuteSeconds: 60 },
    { nowSeconds: START, startTimestamp: START, scaleDefault: 0.25 },
  );
  const override: Override = {
    runId: scenario.runId,
    mode: scenario.mode,
    startTimestamp: START,
    pausedAt: null,
    ablation: null,
    expiresAt: START + 4000,
    startedBy: 'cli',
    scenario,
  };
  const plan = {
    scenario,
    override,
    startGiven: false,
    peakMinute: 20,
    fromMinute: 0,
    toMinute: 5,
  } as RunPlan;
  const asked = { console: [] as number[], counts: [] as number[] };
  const lines: string[] = [];
  let now = START;
  const telemetry: RunTelemetry = {
    arriving: true,
    lastSpanAgeMs: 200,
    spansReceived: 9,
    baselineRequests: 100,
    demoRequests: 60,
    catalog: { requests: 40, p95Ms: 9 },
    lostRevenue: new Map([[0, 12.5]]),
    flowAlert: { state: 'armed', sinceMinute: null, firstMinute: null },
  };
  const tools: MonitorTools = {
    observer: {
      run: () => {
        answers.run?.();
        return Promise.resolve({
          minutes: scenario.expectations.map(({ minute, phase }) => ({
            minute,
            phase,
            demo: cohort(100, 10, 900),
            baseline: cohort(25, 0),
            inFlight: 0,
          })),
          load: { scheduled: 10, started: 10, dropped: 0, startLagP99Ms: 1 },
        });
      },
      runTelemetry: (runId) => {
        assert.equal(runId, scenario.runId);
        asked.console.push(now - START);
        answers.console?.();
        return Promise.resolve(telemetry);
      },
      traffic: () => {
        asked.counts.push(now - START);
        const baseline = cohortStats({ rpm: 25, p95_ms: now - START });
        return Promise.resolve({ baseline, demo: cohortStats({}) });
      },
    },
    state: () =>
      Promise.resolve({
        desired: null,
        override: answers.state === undefined ? override : answers.state(now - START),
      }),
    interruption: {
      wait: (ms) => {
        now += ms / 1000;
        return Promise.resolve();
      },
    },
    output: { line: (text) => lines.push(text) },
    now: () => now,
  };
  return { plan, override, tools, asked, lines, record: new RunRecord() };
}

describe('watching a run', () => {
  it('asks the console once for a minute, for all that it knows', async () => {
    const { plan, tools, asked, record } = shop();
    assert.equal(await monitor(plan, record, tools), 'over');
    assert.equal(record.minutes.length, 6);
    assert.equal(asked.console.length, 6, `asked at ${asked.console.join(', ')} s`);
    assert.equal(record.lost.get(0), 12.5);
    // Windows that lie within the run, each looked at once.
    assert.equal(asked.counts.length, 6);
    assert.ok(asked.counts.every((at) => at >= 62));
    assert.equal(record.windows.catalogP95Ms, 9);
    assert.equal(record.windows.journeyP95Ms, Math.max(...asked.counts));
  });

  it('looks at baseline once a minute while the minute is held', async () => {
    const made = shop({
      state: (now) => ({
        ...made.override,
        ...(now < 100 ? {} : { pausedAt: START + 100 }),
      }),
    });
    const { plan, tools, asked, record } = made;
    const each = (_minute: number, now: number): Promise<boolean> => Promise.resolve(now >= START + 460);
    assert.equal(await monitor(plan, record, { ...tools, each }), 'healed-by-request');
    const held = asked.console.filter((at) => at > 160);
    assert.ok(held.length >= 4 && held.length <= 6, `asked at ${held.join(', ')} s`);
  });

  it('goes on while something does not answer, and tells it once', async () => {
    let looks = 0;
    const { plan, tools, lines, record } = shop({
      run: () => {
        looks += 1;
        if (looks > 3 && looks < 20) throw new Error('ECONNREFUSED');
      },
      console: () => {
        throw new Error('the console is away');
      },
    });
    assert.equal(await monitor(plan, record, tools), 'over');
    const about = (what: string): number => lines.filter((line) => line.includes(what)).length;
    assert.deepEqual([about('ECONNREFUSED'), about('load-generator: answers again')], [1, 1]);
    assert.equal(about('the console is away'), 1);
    assert.equal(record.minutes.length, 6, 'its minutes are kept all the same');
    assert.equal(record.events.length, 3);
  });

  it('notes that the machine slept: its wall clock went on, and nothing else did', async () => {
    const { plan, tools, lines, record } = shop();
    const began = tools.now?.() ?? 0;
    let slept = 0;
    const each = (_minute: number, now: number): Promise<boolean> => {
      if (now - began >= 130 && slept === 0) slept = 95;
      return Promise.resolve(false);
    };
    const now = (): number => (tools.now?.() ?? 0) + slept;
    const lived = (): number => tools.now?.() ?? 0;
    assert.equal(await monitor(plan, record, { ...tools, each, now, lived }), 'over');
    const [event, ...more] = record.events;
    assert.deepEqual(more, []);
    assert.deepEqual(event?.slept, { fromMinute: 2, toMinute: 3, seconds: 95 });
    assert.equal(event.minute, 2);
    assert.ok(lines.some((line) => line.includes('this machine slept')));
  });

  it('notes that everything stood still for a while, though the clocks went on', async () => {
    const { plan, tools, record } = shop();
    const began = tools.now?.() ?? 0;
    let stopped = 0;
    const wait = async (ms: number): Promise<void> => {
      await tools.interruption.wait(ms);
      if ((tools.now?.() ?? 0) - began >= 130) stopped = 14;
    };
    const now = (): number => (tools.now?.() ?? 0) + stopped;
    assert.equal(await monitor(plan, record, { ...tools, interruption: { wait }, now, lived: now }), 'over');
    assert.deepEqual(
      record.events.map(({ slept }) => slept?.seconds),
      [15],
    );
  });

  it('ends with a run that somebody else has ended', async () => {
    const made = shop({ state: (now) => (now < 130 ? made.override : null) });
    assert.equal(await monitor(made.plan, made.record, made.tools), 'ended-elsewhere');
    assert.equal(made.record.minutes.length, 2);
  });
});
