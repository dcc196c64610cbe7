import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { DemoMode, EffectiveScenario } from '../../scenario/types';
import type { Cohort } from '../lib/cohort';
import { TEST_CARDS } from '../lib/test-cards';
import { demoStatus } from './control/demo-status';
import { LoadGenerator } from './generator';
import type { JourneyPlan } from './journeys/journeys';
import type { Outcome } from './journeys/outcome';
import { FakeClock, settle } from '../../test/mocks/fake-clock';
import { runMinutes, trafficStats } from './stats/traffic-stats';

function effective(
  mode: DemoMode,
  start: number,
  overrides: Partial<EffectiveScenario> = {},
  scale = 0.25,
): EffectiveScenario {
  const config = parseScenarioConfig({ demoMode: mode, minuteSeconds: 6, traffic: { scale } });
  const scenario = resolveScenario(config, { nowSeconds: start, startTimestamp: start });
  const startTimestamp = scenario.startTimestamp;
  return { scenario, source: 'desired', startTimestamp, pausedAt: null, expiresAt: null, ...overrides };
}

function world(answer: (plan: JourneyPlan, cohort: Cohort) => Outcome = () => ({ result: 'completed' })) {
  const clock = new FakeClock(1_700_000_000_000);
  const played: { plan: JourneyPlan; cohort: Cohort; patienceMs: number }[] = [];
  const refused: string[] = [];
  const skipped: number[] = [];
  const generator = new LoadGenerator({
    clock,
    source: 'test',
    play: (plan, cohort, _lagMs, patienceMs) => {
      played.push({ plan, cohort, patienceMs });
      return Promise.resolve(answer(plan, cohort));
    },
    log: {
      refused: (_cohort, plan) => refused.push(plan.journey),
      gap: () => undefined,
      skipped: (orders) => skipped.push(orders),
      missed: () => undefined,
    },
  });
  return { clock, generator, played, refused, skipped };
}

/** Lets demo time pass in small steps, so that answers arrive in between. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    clock.advance(1_000);
    await settle();
  }
}

test('without a scenario there is no traffic; normal mode has both cohorts', async () => {
  const { clock, generator, played } = world();
  await pass(clock, 60);
  assert.equal(played.length, 0);
  assert.deepEqual(demoStatus(generator), { status: 'not_running', running: false });
  generator.follow(effective('normal', 1_700_000_000, {}, 1));
  await pass(clock, 60);
  const of = (type: string) => played.filter(({ cohort }) => cohort.trafficType === type).length;
  assert.ok(Math.abs(of('baseline') - 100) <= 1, String(of('baseline')));
  assert.ok(Math.abs(of('demo') - 60) <= 1, String(of('demo')));
  assert.ok(played.every(({ cohort }) => cohort.minute === null && cohort.runId === 'normal'));
});

test('a run: minutes, cohorts and counts; a change of scenario keeps the counts', async () => {
  const { clock, generator, played } = world((plan) =>
    plan.journey === 'full_checkout' && plan.idempotencyKey.endsWith('7')
      ? { result: 'error', kind: 'server_error', status: 503, reason: 'recommendations-timeout' }
      : { result: 'completed' },
  );
  const begin = clock.now() / 1000;
  generator.follow(effective('normal', begin));
  await pass(clock, 10);
  const before = generator.counts.baseline.total.started;
  assert.ok(before > 0);
  const run = effective('blackfriday', begin + 12);
  generator.follow(run);
  await pass(clock, 2 + 6 * 22);
  assert.ok(generator.counts.baseline.total.started > before, 'counts go on');

  generator.observe();
  const record = generator.runs.find(run.scenario.runId);
  assert.ok(record);
  const { minutes, load } = runMinutes(record);
  assert.deepEqual(
    minutes.map(({ minute }) => minute),
    Array.from({ length: 22 }, (_, i) => i),
  );
  const minute20 = minutes[20];
  assert.ok(minute20);
  assert.equal(minute20.observedSeconds, 6);
  assert.ok(Math.abs(minute20.demo.rpm - 1_050) <= 10, String(minute20.demo.rpm)); // 4,200 at scale 0.25
  assert.ok(Math.abs(minute20.demo.errorRate - 0.1) < 0.02, String(minute20.demo.errorRate));
  assert.ok(Math.abs(minute20.baseline.rpm - 25) <= 10);
  assert.equal(minute20.baseline.errors, 0);
  assert.equal(load.scheduled, load.started);
  assert.equal(load.inFlight, 0);
  assert.equal(load.dropped, 0);
  const inMinute20 = played.filter(({ cohort }) => cohort.minute === 20);
  assert.ok(inMinute20.length > 100);
  assert.ok(inMinute20.every(({ cohort }) => cohort.runId === run.scenario.runId && cohort.phase !== null));
  assert.ok(
    inMinute20.every(
      ({ cohort, patienceMs }) =>
        patienceMs ===
        (cohort.trafficType === 'demo'
          ? run.scenario.timeouts.demoRequestMs
          : run.scenario.timeouts.baselineRequestMs),
    ),
  );
  assert.equal(new Set(played.map(({ plan }) => plan.idempotencyKey)).size, played.length);
});

test('traffic-stats has the shape of the seeds', async () => {
  const { clock, generator } = world((plan) =>
    plan.journey === 'full_checkout'
      ? { result: 'error', kind: 'server_error', status: 503, reason: 'x' }
      : { result: 'completed' },
  );
  generator.follow(effective('blackfriday', clock.now() / 1000 - 6 * 20));
  await pass(clock, 30);
  const stats = trafficStats(generator);
  assert.deepEqual(Object.keys(stats.baseline).slice(0, 4), ['rpm', 'requests', 'errors', 'error_rate']);
  assert.ok(Math.abs(stats.baseline.rpm - 25) < 5, String(stats.baseline.rpm));
  assert.equal(stats.baseline.error_rate, '0.0%');
  assert.equal(stats.demo.demo_minute, 25);
  assert.ok(Math.abs(stats.demo.current_rpm - 1_050) < 30, String(stats.demo.current_rpm));
  assert.equal(stats.demo.error_rate, '100.0%');
  assert.equal(stats.demo.requests, stats.demo.errors);
  const { total } = stats.demo;
  assert.equal(total.error_kinds.server_error, total.errors);
  // One window for all that is not named a total: the rate, the counts and their share agree.
  assert.ok(stats.demo.requests <= total.requests);
  assert.ok(
    Math.abs((stats.demo.requests * 60) / 30 - stats.demo.current_rpm) < 60,
    JSON.stringify(stats.demo),
  );
  assert.equal(stats.demo.target_rpm, 1_050);
  assert.equal(stats.demo.total.start_lag_p99_ms, 0);
  assert.equal(typeof stats.demo.last_10s.p95_ms, 'number');
});

test('V3: browsing of the demo cohort is counted apart from its checkouts', async () => {
  const { clock, generator } = world((plan) =>
    plan.journey === 'full_checkout'
      ? { result: 'completed' }
      : { result: 'error', kind: 'server_error', status: 500, reason: 'x' },
  );
  const run = effective('blackfriday-v3', clock.now() / 1000 - 6 * 11, {}, 1);
  generator.follow(run);
  await pass(clock, 18);
  generator.observe();
  const record = generator.runs.find();
  assert.ok(record);
  const minute = runMinutes(record).minutes.find((candidate) => candidate.minute === 12);
  assert.ok(minute);
  assert.equal(minute.demo.errors, 0);
  assert.ok(Math.abs(minute.demo.rpm - 120) <= 20, String(minute.demo.rpm));
  assert.ok(minute.demoBrowse.rpm > 200, String(minute.demoBrowse.rpm));
  assert.equal(minute.demoBrowse.errorRate, 1);
});

test('a paused run: its minute goes on being watched, and rates are over that time', async () => {
  const { clock, generator } = world();
  const start = clock.now() / 1000 - 6 * 20;
  generator.follow(effective('blackfriday', start, { source: 'override' }));
  await pass(clock, 3);
  generator.follow(effective('blackfriday', start, { source: 'override', pausedAt: clock.now() / 1000 }));
  assert.equal(demoStatus(generator).status, 'paused');
  await pass(clock, 30);
  generator.observe();
  const record = generator.runs.find();
  assert.ok(record);
  const { minutes } = runMinutes(record);
  assert.equal(minutes.length, 1);
  const paused = minutes.find(({ minute }) => minute === 20);
  assert.ok(paused);
  assert.equal(paused.observedSeconds, 33);
  assert.ok(Math.abs(paused.demo.rpm - 1_050) < 10, String(paused.demo.rpm));
});

test('only three runs are kept', async () => {
  const { clock, generator } = world();
  for (let i = 0; i < 5; i++) {
    generator.follow(effective('blackfriday', clock.now() / 1000 - 60));
    await pass(clock, 10);
  }
  assert.equal(generator.runs.runIds.length, 3);
});

test('a fault of our own is logged once per streak', async () => {
  let status = 400;
  const { clock, generator, refused } = world(() =>
    status === 400
      ? { result: 'error', kind: 'client_error', status, reason: 'invalid-input' }
      : { result: 'completed' },
  );
  generator.follow(effective('normal', clock.now() / 1000, {}, 1));
  await pass(clock, 20);
  assert.deepEqual([...refused].sort(), ['browse_only', 'full_checkout']);
  status = 200;
  await pass(clock, 5);
  status = 400;
  await pass(clock, 5);
  assert.equal(refused.length, 4);
});

test('as many cards are declined as the pool has connections, whenever the run begins between two orders', async () => {
  for (const normalSeconds of [4, 5, 6, 7]) {
    const { clock, generator, played } = world();
    generator.follow(effective('normal', 1_700_000_000));
    await pass(clock, normalSeconds);
    const run = effective('bad-release', 1_700_000_000 + normalSeconds);
    generator.follow(run);
    await pass(clock, 13 * run.scenario.minuteSeconds);
    const declined = played.flatMap(({ plan, cohort }) =>
      plan.card === TEST_CARDS.declined ? [cohort.minute] : [],
    );
    assert.equal(declined.length, run.scenario.orders.pool.max, String(normalSeconds));
    assert.ok((declined[0] ?? 0) > 1, `the first in minute ${String(declined[0])}`);
    assert.equal(declined.at(-1), 12);
  }
});

test('a run that jumps ahead places the declined orders that it skipped, and goes on as if it had had them', async () => {
  const { clock, generator, played, skipped } = world();
  const declined = () => played.filter(({ plan }) => plan.card === TEST_CARDS.declined);
  const start = clock.now() / 1000;
  generator.follow(effective('normal', start));
  generator.follow(effective('bad-release', start + 5));
  const run = effective('bad-release', start + 5, { startTimestamp: start - 14 * 6 });
  const { max } = run.scenario.orders.pool;
  await pass(clock, 1);
  generator.follow(run);
  await settle();
  assert.equal(declined().length, max, 'no more than there are connections');
  assert.deepEqual(skipped, [max]);
  assert.equal(new Set(played.map(({ plan }) => plan.idempotencyKey)).size, played.length);
  const { total } = generator.counts.demo;
  assert.equal(total.scheduled, total.started);
  generator.follow({ ...run, pausedAt: clock.now() / 1000 });
  generator.follow({ ...run, startTimestamp: start - 3 * 6 });
  assert.deepEqual(skipped, [max], 'none for a pause, nor for a jump back');
});

test('a jump ahead skips as many declined orders as lie between, and none where a run is first seen', async () => {
  const { clock, generator, skipped } = world();
  const start = clock.now() / 1000;
  const at = (minute: number) =>
    effective('bad-release', start, { startTimestamp: start - minute * 6, pausedAt: start }, 4);
  generator.follow(at(5));
  generator.follow(at(8));
  generator.follow(at(11));
  await settle();
  const { max } = at(0).scenario.orders.pool;
  // 600 rpm at scale 4 in minutes of 6 s: 240 orders a minute, of which a hundredth.
  assert.ok(skipped.length === 2 && skipped.every((orders) => Math.abs(orders - 7.2) <= 1), skipped.join());
  assert.ok(skipped.every((orders) => orders < max));
});

test('of a cache that is emptied only its customers come, and most of them wait less than others', async () => {
  const { clock, generator, played } = world();
  const run = effective('cache-stampede', 1_700_000_000);
  const { cache, timeouts } = run.scenario;
  generator.follow(run);
  await pass(clock, 120);
  const orders = played.filter(({ cohort }) => cohort.trafficType === 'demo');
  const customers = new Set(orders.map(({ plan }) => plan.userId));
  assert.equal(customers.size, cache.customers);
  assert.ok(customers.has('user-1000') && customers.has(`user-${String(999 + cache.customers)}`));
  const impatient = orders.filter(({ patienceMs }) => patienceMs === cache.impatient.patienceMs + 1000);
  assert.ok(Math.abs(impatient.length / orders.length - cache.impatient.share) < 0.02);
  assert.equal(
    orders.length - impatient.length,
    orders.filter((o) => o.patienceMs === timeouts.demoRequestMs).length,
  );
  const baseline = played.filter(({ cohort }) => cohort.trafficType === 'baseline');
  assert.ok(baseline.every(({ patienceMs }) => patienceMs === timeouts.baselineRequestMs));
  assert.ok(baseline.some(({ plan }) => Number(plan.userId.slice(5)) >= 1000 + cache.customers));
});
