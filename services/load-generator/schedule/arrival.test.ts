import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrival, ArrivalSequence, arrivalsBetween, constantRate, type RateSchedule } from './arrival';

/** A schedule through points [ms, rpm], linear between them, constant after the last. */
function through(...points: [number, number][]): RateSchedule {
  return (time) => {
    for (let i = 0; i + 1 < points.length; i++) {
      const [from, startRpm] = points[i] ?? [0, 0];
      const [to, endRpm] = points[i + 1] ?? [0, 0];
      if (time >= from && time < to) return { from, to, startRpm, endRpm };
    }
    const [from, rpm] = points.at(-1) ?? [0, 0];
    return { from, to: Infinity, startRpm: rpm, endRpm: rpm };
  };
}

function takeUntil(sequence: ArrivalSequence, end: number): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let next = sequence.peek(); next && next.time < end; next = sequence.peek()) {
    arrivals.push(next);
    sequence.take();
  }
  return arrivals;
}

const gaps = (arrivals: Arrival[]): number[] =>
  arrivals.slice(1).map((arrival, i) => arrival.time - (arrivals[i]?.time ?? NaN));

test('a constant rate has exactly even gaps', () => {
  const arrivals = takeUntil(new ArrivalSequence(constantRate(120), 1_000), 61_000);
  assert.equal(arrivals.length, 119); // at 500 ms, 1000 ms, … ; the 120th falls on the end itself
  for (const gap of gaps(arrivals)) assert.ok(Math.abs(gap - 500) < 1e-6, `gap ${gap}`);
  assert.equal(arrivals[0]?.time, 1_500);
});

test('fractional rates lose nothing over an hour', () => {
  const arrivals = takeUntil(new ArrivalSequence(constantRate(7.3), 0), 3_600_000 + 1);
  assert.equal(arrivals.length, 438); // 7.3 · 60
  for (const gap of gaps(arrivals)) assert.ok(Math.abs(gap - 60_000 / 7.3) < 1e-3);
});

test('a ramp starts where its integral is whole', () => {
  // λ(t) = 0 → 600 rpm over 10 s: ∫ = (t/1000)² / 2 arrivals, so the k-th is at √(2k) s.
  const arrivals = takeUntil(new ArrivalSequence(through([0, 0], [10_000, 600]), 0), 10_000);
  assert.equal(arrivals.length, 49);
  arrivals.forEach((arrival, i) => {
    assert.ok(Math.abs(arrival.time - Math.sqrt(2 * (i + 1)) * 1000) < 1e-3, `arrival ${i}`);
  });
});

test('a border between minutes makes neither burst nor gap', () => {
  const schedule = through([0, 800], [60_000, 1_060], [120_000, 1_320], [180_000, 1_320]);
  const arrivals = takeUntil(new ArrivalSequence(schedule, 0), 240_000);
  const expected = arrivalsBetween(schedule, 0, 240_000);
  assert.ok(Math.abs(arrivals.length - expected) <= 1, `${arrivals.length} of ${expected}`);
  const all = gaps(arrivals);
  all.slice(1).forEach((gap, i) => {
    const ratio = gap / (all[i] ?? NaN);
    assert.ok(ratio > 0.98 && ratio < 1.02, `gap ${i} changes by ${ratio}`);
  });
});

test('a change of rate carries the fraction of the next arrival over', () => {
  const sequence = new ArrivalSequence(constantRate(60), 0);
  assert.equal(sequence.take()?.time, 1_000);
  assert.equal(sequence.peek()?.time, 2_000);
  sequence.change(constantRate(600), 1_500); // half an arrival done, half left at 10 a second
  const next = sequence.take();
  assert.ok(Math.abs((next?.time ?? NaN) - 1_550) < 1e-6);
  assert.equal(next?.index, 1);
  assert.ok(Math.abs((sequence.peek()?.time ?? NaN) - 1_650) < 1e-6);
  sequence.change(constantRate(60), 1_600); // and back: half of it is left at one a second
  assert.ok(Math.abs((sequence.peek()?.time ?? NaN) - 2_100) < 1e-6);
});

test('many changes in a row neither add nor lose arrivals', () => {
  const sequence = new ArrivalSequence(constantRate(60), 0);
  let count = 0;
  for (let time = 100; time <= 100_000; time += 100) {
    count += takeUntil(sequence, time).length;
    sequence.change(constantRate(60), time);
  }
  assert.ok(count >= 99 && count <= 100, String(count));
});

test('an arrival already due survives a change to rate 0', () => {
  const sequence = new ArrivalSequence(constantRate(60), 0);
  sequence.change(constantRate(0), 1_200);
  assert.deepEqual(sequence.take(), { time: 1_000, index: 0 });
  assert.equal(sequence.peek(), null);
});

test('rate 0 waits, and goes on with the fraction when the rate comes back', () => {
  const pause = through([0, 60], [1_500, 60], [1_500, 0], [11_500, 0], [11_500, 60]);
  const arrivals = takeUntil(new ArrivalSequence(pause, 0), 14_000);
  assert.deepEqual(
    arrivals.map((arrival) => Math.round(arrival.time)),
    [1_000, 12_000, 13_000],
  );
  const sequence = new ArrivalSequence(constantRate(0), 0);
  assert.equal(sequence.peek(), null);
  sequence.change(constantRate(60), 5_000);
  assert.equal(sequence.peek()?.time, 6_000);
});

test('a count that others share numbers the arrivals alike, whenever one begins, changes or skips', () => {
  const schedule = through([0, 300], [60_000, 900], [60_000, 900]);
  const numberAt = (time: number): number => arrivalsBetween(schedule, 0, time);
  const whole = takeUntil(new ArrivalSequence(schedule, 0), 120_000);
  const late = new ArrivalSequence(schedule, 21_000, numberAt(21_000));
  const changed = new ArrivalSequence(constantRate(60), 0);
  takeUntil(changed, 30_500);
  changed.change(schedule, 30_500, numberAt);
  const skipped = new ArrivalSequence(schedule, 0);
  skipped.skipTo(40_000, numberAt);
  for (const [sequence, from] of [
    [late, 21_000],
    [changed, 30_500],
    [skipped, 40_000],
  ] as const) {
    const rest = takeUntil(sequence, 120_000);
    const expected = whole.filter(({ time }) => time > from);
    assert.deepEqual(
      rest.map(({ index }) => index),
      expected.map(({ index }) => index),
    );
    rest.forEach(({ time }, i) => {
      assert.ok(Math.abs(time - (expected[i]?.time ?? NaN)) < 0.01);
    });
  }
});

test('a skip forgets the overdue and keeps the fraction', () => {
  const sequence = new ArrivalSequence(constantRate(60), 0);
  sequence.peek();
  sequence.skipTo(100_000);
  assert.equal(sequence.peek()?.time, 101_000);
});
