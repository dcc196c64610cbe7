import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrival, ArrivalSequence, constantRate } from './arrival';
import { type DropReason, CohortScheduler } from './scheduler';
import { FakeClock, settle } from '../../../test/mocks/fake-clock';

/** A scheduler at a rate, and everything it did. Journeys end only when the test says so. */
function scenario(rpm: number, options: { maxInFlight?: number; wakeDelayMs?: number } = {}) {
  const clock = new FakeClock(1_700_000_000_000, options.wakeDelayMs);
  const begin = clock.now();
  const scheduled: Arrival[] = [];
  const started: { due: number; at: number; lagMs: number }[] = [];
  const dropped: { due: number; reason: DropReason }[] = [];
  const gaps: number[] = [];
  const pending: (() => void)[] = [];
  const scheduler = new CohortScheduler<Arrival>(
    clock,
    new ArrivalSequence(constantRate(rpm), begin),
    {
      turnOf: () => 'mine',
      numberAt: null,
      onScheduled: (arrival) => {
        scheduled.push(arrival);
        return arrival;
      },
      onStart: (arrival, lagMs) => {
        started.push({ due: arrival.time - begin, at: clock.now() - begin, lagMs });
        return new Promise((resolve) => pending.push(resolve));
      },
      onDropped: (arrival, reason) => {
        dropped.push({ due: arrival.time - begin, reason });
      },
      onGap: (gapMs) => {
        gaps.push(gapMs);
      },
    },
    options.maxInFlight ?? 1_000,
  );
  scheduler.wake();
  const endAll = async (): Promise<void> => {
    pending.splice(0).forEach((resolve) => {
      resolve();
    });
    await settle();
  };
  return { clock, begin, scheduler, scheduled, started, dropped, gaps, endAll };
}

const distances = (started: { at: number }[]): number[] =>
  started.slice(1).map((start, i) => start.at - (started[i]?.at ?? NaN));

test('starts follow the timetable although no answer comes', () => {
  const { clock, started, dropped, scheduler } = scenario(600);
  clock.advance(10_050);
  assert.equal(started.length, 100);
  assert.equal(scheduler.inFlight, 100);
  assert.equal(dropped.length, 0);
  for (const start of started) assert.ok(start.lagMs < 0.01, String(start.lagMs));
});

test('after a stall the overdue starts come late, at half the distance, never in a burst', () => {
  const { clock, started, dropped } = scenario(600);
  clock.advance(1_050);
  clock.stall(500);
  const before = started.length;
  clock.advance(3_000);
  assert.equal(dropped.length, 0);
  const caughtUp = started.slice(before);
  assert.ok((caughtUp[0]?.lagMs ?? 0) > 400, 'the first one is late');
  for (const distance of distances(caughtUp)) assert.ok(distance > 48, `distance ${distance}`);
  assert.ok((started.at(-1)?.lagMs ?? NaN) < 1, 'and it is on time again');
  assert.equal(started.length, 45);
});

test('timers that are late by more than an interval do not slow the stream down', () => {
  const { clock, started, dropped } = scenario(4_200, { wakeDelayMs: 18, maxInFlight: 10_000 }); // an interval of 14 ms
  clock.advance(60_000);
  assert.equal(dropped.length, 0);
  assert.ok(started.length > 4_190, String(started.length));
  assert.ok(Math.max(...started.map(({ lagMs }) => lagMs)) < 40);
  clock.stall(800);
  clock.advance(3_000);
  assert.equal(dropped.length, 0);
  assert.ok((started.at(-1)?.lagMs ?? NaN) < 40, 'a stall is made good even then');
});

test('what is more than a second overdue is dropped and counted, the rest is started', () => {
  const { clock, scheduled, started, dropped } = scenario(600);
  clock.advance(1_050);
  clock.stall(5_000);
  clock.advance(4_000);
  assert.ok(dropped.length >= 39 && dropped.length <= 41, String(dropped.length));
  assert.ok(dropped.every(({ reason }) => reason === 'overdue'));
  assert.equal(scheduled.length, started.length + dropped.length);
  for (const distance of distances(started.slice(10))) assert.ok(distance > 48, `distance ${distance}`);
  assert.ok(Math.max(...started.map(({ lagMs }) => lagMs)) <= 1_000);
});

test('beyond the in-flight cap arrivals are dropped and counted, and start again when journeys end', async () => {
  const { clock, started, dropped, endAll, scheduler } = scenario(600, { maxInFlight: 5 });
  clock.advance(1_050);
  assert.equal(started.length, 5);
  assert.deepEqual(
    dropped.map(({ reason }) => reason),
    Array.from({ length: 5 }, () => 'in_flight'),
  );
  await endAll();
  assert.equal(scheduler.inFlight, 0);
  clock.advance(300);
  assert.equal(started.length, 8);
});

test('a change of rate while a timer runs takes effect at once', () => {
  const { clock, started, scheduler } = scenario(6);
  clock.advance(5_000);
  assert.deepEqual(started, []);
  scheduler.change(constantRate(600));
  clock.advance(1_000);
  const count = started.length;
  assert.ok(count >= 10 && count <= 11, String(count));
});

test('rate 0 starts nothing, and the stream comes back', () => {
  const { clock, started, scheduler } = scenario(0);
  clock.advance(3_600_000);
  assert.equal(started.length, 0);
  scheduler.change(constantRate(60));
  clock.advance(2_500);
  assert.equal(started.length, 2);
});

test('a laptop that slept an hour goes on from now, without dropping an hour', () => {
  const { clock, started, dropped, gaps } = scenario(600);
  clock.advance(1_050);
  clock.step(3_600_000);
  const before = started.length;
  clock.advance(2_000);
  assert.equal(gaps.length, 1);
  assert.ok(Math.abs((gaps[0] ?? 0) - 3_600_000) < 1_000);
  assert.equal(dropped.length, 0);
  assert.ok(started.length - before >= 19, String(started.length - before));
});

test('a clock that is set back does not stop the stream until it is that late again', () => {
  const { clock, started, gaps } = scenario(600);
  clock.advance(1_050);
  const before = started.length;
  clock.step(-1_800_000);
  clock.advance(2_000);
  assert.deepEqual(gaps, [0]);
  assert.ok(started.length - before >= 18, String(started.length - before));
});

test('a stopped scheduler starts nothing more', () => {
  const { clock, started, scheduler } = scenario(600);
  clock.advance(1_050);
  scheduler.stop();
  clock.advance(5_000);
  assert.equal(started.length, 10);
});
