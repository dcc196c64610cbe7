import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScenarioConfig } from '../../../scenario/config/parse';
import { resolveScenario } from '../../../scenario/resolve';
import type { EffectiveScenario, TrafficType } from '../../../scenario/types';
import { FakeClock, settle } from '../../../test/mocks/fake-clock';
import { LoadGenerator } from '../generator';
import type { Clock } from '../schedule/clock';
import { arrivalsBetween } from '../schedule/arrival';
import { scheduleOf } from '../schedule/rates';
import { EMPTY_GROUP, LEAD_MS, LEASE_MS, type LoadGroup } from './group';
import { Membership, type GroupStore } from './membership';

const BEGIN = 1_700_000_000_000;
/** Of virtual time between two looks at it (ms). */
const STEP_MS = 50;
const COHORTS = ['baseline', 'demo'] as const;

/** A process's view of the clock of all: while the process stands still, what was to be called waits. */
class ProcessClock implements Clock {
  private isPaused = false;
  private isDead = false;
  private waiting: (() => void)[] = [];
  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }
  after(delayMs: number, callback: () => void): () => void {
    let isCancelled = false;
    const call = (): void => {
      if (!isCancelled && !this.isDead) callback();
    };
    const cancel = this.clock.after(delayMs, () => {
      if (this.isPaused) this.waiting.push(call);
      else call();
    });
    return () => {
      isCancelled = true;
      cancel();
    };
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
    for (const call of this.waiting.splice(0)) call();
  }
  die(): void {
    this.isDead = true;
  }
}

/** The row in PostgreSQL: replaced by comparing its revision. It may be away: refusing, or never answering. */
class Row implements GroupStore {
  state: 'there' | 'refuses' | 'hangs' = 'there';
  private revision = 0;
  group: LoadGroup = EMPTY_GROUP;
  constructor(
    private readonly clock: Clock,
    /** How far the store's clock is from the replicas' (ms). */
    private readonly skewMs = 0,
  ) {}

  async read(): ReturnType<GroupStore['read']> {
    await this.answer();
    const now = this.clock.now() + this.skewMs;
    return { revision: String(this.revision), group: this.group, now };
  }
  async replace(revision: string, group: LoadGroup): Promise<boolean> {
    await this.answer();
    if (revision !== String(this.revision)) return false;
    this.group = group;
    this.revision += 1;
    return true;
  }
  private async answer(): Promise<void> {
    await Promise.resolve();
    if (this.state === 'refuses') throw new Error('connection refused');
    if (this.state === 'hangs') await new Promise<never>(() => undefined);
  }
}

interface Replica {
  clock: ProcessClock;
  membership: Membership;
  generator: LoadGenerator;
  missed: number[];
}

/** Some replicas, a store and one clock; every journey that any of them started, in order of its start. */
class Fleet {
  readonly clock = new FakeClock(BEGIN);
  readonly store: Row;
  readonly played: { by: string; cohort: TrafficType; due: number; at: number; key: string }[] = [];
  private readonly effective: EffectiveScenario;

  constructor(config: Record<string, unknown> = { traffic: { scale: 1 } }, skewMs = 0) {
    this.store = new Row(this.clock, skewMs);
    const scenario = resolveScenario(parseScenarioConfig(config), {
      nowSeconds: BEGIN / 1000,
      startTimestamp: BEGIN / 1000 + 10,
    });
    const { startTimestamp } = scenario;
    this.effective = { scenario, source: 'desired', startTimestamp, pausedAt: null, expiresAt: null };
  }

  join(name: string): Replica {
    const clock = new ProcessClock(this.clock);
    const missed: number[] = [];
    const membership = new Membership(clock, this.store, name, {
      onHeard: () => {
        generator.heard();
      },
      onStruck: (struck, until) => {
        generator.missed(struck, until);
      },
    });
    const generator: LoadGenerator = new LoadGenerator({
      clock,
      group: membership,
      source: name,
      play: (plan, cohort, lagMs) => {
        const at = this.clock.now();
        this.played.push({
          by: name,
          cohort: cohort.trafficType,
          due: at - lagMs,
          at,
          key: plan.idempotencyKey,
        });
        return Promise.resolve({ result: 'completed' });
      },
      log: {
        refused: () => undefined,
        gap: () => undefined,
        skipped: () => undefined,
        missed: (_member, arrivals) => missed.push(arrivals),
      },
    });
    generator.follow(this.effective);
    membership.start();
    return { clock, membership, generator, missed };
  }

  async pass(seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) {
      this.clock.advance(STEP_MS);
      await settle();
    }
  }

  /** Moments at which a cohort's timetable has an arrival, between two (Unix ms). */
  due(cohort: TrafficType, from: number, to: number): number {
    return arrivalsBetween(scheduleOf(this.effective, cohort), from, to);
  }

  /** Numbers of a cohort's arrivals that were played, in order. */
  numbers(cohort: TrafficType): number[] {
    return this.played
      .filter((journey) => journey.cohort === cohort)
      .map(({ key }) => Number(key.split('-').at(-1)))
      .sort((a, b) => a - b);
  }

  /** How many were played more than once, and which are missing between the first and the last. */
  flaws(cohort: TrafficType): { doubled: number; lost: number } {
    const numbers = this.numbers(cohort);
    const once = new Set(numbers);
    const whole = (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 1;
    return { doubled: numbers.length - once.size, lost: whole - once.size };
  }

  assertExact(): void {
    for (const cohort of COHORTS) {
      assert.ok(this.numbers(cohort).length > 10, cohort);
      assert.deepEqual(this.flaws(cohort), { doubled: 0, lost: 0 }, cohort);
    }
  }
}

const shareOf = (fleet: Fleet, name: string, from: number): number => {
  const since = fleet.played.filter(({ due }) => due >= from);
  return since.filter(({ by }) => by === name).length / since.length;
};

test('three that begin at once play every arrival once, and a third each', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const replicas = ['a', 'b', 'c'].map((name) => fleet.join(name));
  await fleet.pass(60);
  fleet.assertExact();
  const demo = fleet.numbers('demo').length;
  const expected = fleet.due('demo', BEGIN + LEAD_MS, fleet.clock.now());
  assert.ok(Math.abs(demo - expected) <= 1, `${String(demo)} of ${String(expected)}`);
  for (const name of ['a', 'b', 'c']) {
    assert.ok(Math.abs(shareOf(fleet, name, BEGIN + 2 * LEAD_MS) - 1 / 3) < 0.01, name);
  }
  assert.ok(fleet.played.every(({ due, at }) => at - due < STEP_MS));
  assert.deepEqual(
    replicas.map(({ generator }) => generator.share),
    [0, 1, 2].map((index) => ({ index, count: 3, store: 'answers' })),
  );
});

test('two that join at once, and one that leaves, cost nothing and double nothing', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const first = fleet.join('a');
  await fleet.pass(20);
  const joined = fleet.clock.now();
  fleet.join('b');
  fleet.join('c');
  await fleet.pass(20);
  assert.ok(Math.abs(shareOf(fleet, 'a', joined + 2 * LEAD_MS) - 1 / 3) < 0.02);
  const leaving = first.membership.leave().then(() => {
    first.generator.stop();
  });
  await fleet.pass(20);
  await leaving;
  assert.ok(!fleet.played.some(({ by, due }) => by === 'a' && due > joined + 20_000 + LEAD_MS + STEP_MS));
  fleet.assertExact();
});

test('what a dead one leaves until it is noticed is counted, by one, and no more is lost', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => fleet.join(name));
  assert.ok(a && b && c);
  await fleet.pass(30);
  const died = fleet.clock.now();
  b.clock.die();
  await fleet.pass(30);
  const lost = COHORTS.reduce((sum, cohort) => sum + fleet.flaws(cohort).lost, 0);
  const [missed, ...more] = [...a.missed, ...c.missed];
  assert.ok(missed !== undefined && more.length === 0);
  // What it played after it was heard of last was played, and is counted all the same: half a second's at most.
  const ofThird = (ms: number): number =>
    COHORTS.reduce((sum, cohort) => sum + fleet.due(cohort, died, died + ms), 0) / 3;
  assert.ok(
    lost > 0 && missed >= lost && missed <= lost + ofThird(600) + 2,
    `${String(missed)} of ${String(lost)}`,
  );
  assert.ok(lost <= ofThird(LEASE_MS + 500 + LEAD_MS) + 2, String(lost));
  for (const cohort of COHORTS) assert.equal(fleet.flaws(cohort).doubled, 0);
  const total = a.generator.counts.demo.total.dropped.missed + c.generator.counts.demo.total.dropped.missed;
  assert.ok(total > 0 && total <= missed);
  // All of the timetable is somebody's again.
  const again = died + LEASE_MS + 1_000 + LEAD_MS;
  const since = fleet.played.filter(({ due, cohort }) => cohort === 'demo' && due >= again).length;
  assert.ok(Math.abs(since - fleet.due('demo', again, fleet.clock.now())) <= 1);
});

test('a successor of the same name takes a dead one’s place at once', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const [a, b] = ['a', 'b'].map((name) => fleet.join(name));
  assert.ok(a && b);
  await fleet.pass(20);
  const died = fleet.clock.now();
  b.clock.die();
  await fleet.pass(0.3);
  const successor = fleet.join('b');
  await fleet.pass(10);
  assert.equal(successor.generator.share.count, 2);
  assert.equal(successor.missed.length, 1);
  const again = died + 300 + LEAD_MS + STEP_MS;
  for (const cohort of COHORTS) {
    const since = fleet.played.filter((one) => one.cohort === cohort && one.due >= again).length;
    assert.ok(Math.abs(since - fleet.due(cohort, again, fleet.clock.now())) <= 1, cohort);
    assert.equal(fleet.flaws(cohort).doubled, 0);
  }
});

test('one that stands still for longer than its lease plays and counts nothing of what was given to others', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => fleet.join(name));
  assert.ok(a && b && c);
  await fleet.pass(20);
  b.clock.pause();
  await fleet.pass(10);
  const before = b.generator.counts.demo.total.scheduled;
  const resumed = fleet.clock.now();
  b.clock.resume();
  await settle();
  await fleet.pass(1);
  assert.equal(b.generator.counts.demo.total.scheduled, before, 'nothing while it joins anew');
  await fleet.pass(10);
  assert.ok(b.generator.counts.demo.total.scheduled > before);
  assert.ok(!fleet.played.some(({ by, at, due }) => by === 'b' && at >= resumed && due < resumed));
  for (const cohort of COHORTS) assert.equal(fleet.flaws(cohort).doubled, 0);
  assert.equal(a.missed.length + c.missed.length, 1);
});

test('one that stands still for less than its lease stays, and counts what it is too late for', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const [a, b] = ['a', 'b'].map((name) => fleet.join(name));
  assert.ok(a && b);
  await fleet.pass(20);
  b.clock.pause();
  await fleet.pass(2.2);
  b.clock.resume();
  await fleet.pass(10);
  assert.deepEqual([...a.missed, ...b.missed], []);
  for (const cohort of COHORTS) {
    const lost: number = b.generator.counts[cohort].total.dropped.overdue;
    assert.deepEqual(fleet.flaws(cohort), { doubled: 0, lost }, cohort);
  }
  assert.ok(b.generator.counts.demo.total.dropped.overdue > 0);
});

for (const state of ['refuses', 'hangs'] as const) {
  test(`a store that ${state} changes nothing: the last division holds, and nobody is struck off when it is back`, async () => {
    const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
    const replicas = ['a', 'b', 'c'].map((name) => fleet.join(name));
    await fleet.pass(20);
    fleet.store.state = state;
    await fleet.pass(20);
    assert.equal(replicas[0]?.generator.share.count, 3);
    assert.deepEqual(
      replicas.map(({ membership }) => membership.view().store),
      ['away', 'away', 'away'],
    );
    fleet.store.state = 'there';
    await fleet.pass(10);
    assert.ok(replicas.every(({ generator, missed }) => generator.share.count === 3 && missed.length === 0));
    fleet.assertExact();
    assert.ok(fleet.played.every(({ due, at }) => at - due < STEP_MS));
  });
}

test('one that dies while the store is away is noticed one lease after it is back', async () => {
  const fleet = new Fleet();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => fleet.join(name));
  assert.ok(a && b && c);
  await fleet.pass(10);
  fleet.store.state = 'refuses';
  c.clock.die();
  await fleet.pass(10);
  fleet.store.state = 'there';
  await fleet.pass(2);
  assert.equal(a.generator.share.count, 3);
  await fleet.pass(8);
  assert.equal(a.generator.share.count, 2);
  assert.equal(a.missed.length + b.missed.length, 1);
  for (const cohort of COHORTS) assert.equal(fleet.flaws(cohort).doubled, 0);
});

test('a store whose clock is another one’s divides as exactly', async () => {
  for (const skewMs of [-2_000, 700]) {
    const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 }, skewMs);
    fleet.join('a');
    await fleet.pass(15);
    fleet.join('b');
    await fleet.pass(15);
    for (const cohort of COHORTS) assert.equal(fleet.flaws(cohort).doubled, 0, String(skewMs));
  }
});

test('many joins, deaths and pauses in a row: nothing twice, and what is missing is counted', async () => {
  const fleet = new Fleet({ demoMode: 'blackfriday', minuteSeconds: 6 });
  const replicas = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fleet.join(name));
  await fleet.pass(10);
  for (let round = 0; round < 6; round++) {
    const { clock } = replicas[round] ?? assert.fail();
    if (round % 2 === 0) {
      clock.die();
      await fleet.pass(round);
      replicas.push(fleet.join(`${String(round)}-new`));
    } else {
      clock.pause();
      await fleet.pass(3 + round);
      clock.resume();
    }
    await fleet.pass(3.3);
  }
  await fleet.pass(10);
  const counted = replicas.reduce(
    (sum, { generator: { counts } }) =>
      sum + COHORTS.reduce((of, cohort) => of + counts[cohort].total.droppedTotal, 0),
    0,
  );
  const lost = COHORTS.reduce((sum, cohort) => sum + fleet.flaws(cohort).lost, 0);
  for (const cohort of COHORTS) assert.equal(fleet.flaws(cohort).doubled, 0);
  assert.ok(lost > 0 && counted >= lost, `${String(counted)} counted, ${String(lost)} lost`);
});
