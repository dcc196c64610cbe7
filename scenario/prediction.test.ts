import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanRpm } from './curve';
import { arrivalTimes, simulatePool } from './prediction';
import { presetOf } from './presets/all';

const flat = (rpm: number) => [{ minute: 0, rpm }];

test('a flat rate starts evenly spaced', () => {
  assert.deepEqual([...arrivalTimes(flat(60), 6, 1)], [1, 2, 3, 4, 5, 6]);
});

test('a ramp offers the integral of its rate, each start where it reaches the next integer', () => {
  const { curve } = presetOf('blackfriday');
  const times = arrivalTimes(curve, 60, 30);
  assert.ok(Math.abs(times.length - meanRpm(curve, 0, 30) * 30) <= 1);
  // Within the first minute the integral is 800/60/2/60 · t².
  times.subarray(0, 400).forEach((at, i) => {
    assert.ok(Math.abs((800 / 7200) * at * at - (i + 1)) < 1e-6);
  });
  for (let i = 1; i < times.length; i++) assert.ok((times[i] ?? 0) > (times[i - 1] ?? 0));
});

test('a curve with points beyond the end is cut there', () => {
  const times = arrivalTimes(
    [
      { minute: 0, rpm: 0 },
      { minute: 10, rpm: 600 },
    ],
    60,
    5,
  );
  assert.equal(times.length, 750);
  assert.ok((times.at(-1) ?? 0) <= 300);
});

test('below its capacity a pool answers everything in the hold time', () => {
  const [minute] = simulatePool({
    minuteSeconds: 60,
    durationMinutes: 1,
    points: flat(600),
    connections: 2,
    acquireTimeoutMs: 2000,
    hold: 150,
  });
  assert.deepEqual(
    { requests: minute?.requests, failed: minute?.failed, p50: minute?.p50Ms, p95: minute?.p95Ms },
    { requests: 599, failed: 0, p50: 150, p95: 150 },
  );
});

test("above it the share of Little's law fails, the rest waits for the acquire timeout", () => {
  const minutes = simulatePool({
    minuteSeconds: 60,
    durationMinutes: 4,
    points: flat(1200),
    connections: 5,
    acquireTimeoutMs: 2000,
    hold: 500,
  });
  const settled = minutes[3];
  // 5/0.5 = 10 of 20 a second.
  assert.ok(Math.abs((settled?.errorRate ?? 0) - 0.5) < 0.01);
  assert.ok((settled?.p50Ms ?? 0) > 2300 && (settled?.p95Ms ?? 0) <= 2500);
});

test('one connection, worked out by hand', () => {
  // Starts at 1…6 s, hold 1.5 s, timeout 1 s: 1→2.5, 2 waits .5→4, 3 waits 1→5.5, 4 waits 1.5: fails, 5→7, 6 waits 1→8.5.
  const [minute] = simulatePool({
    minuteSeconds: 6.5,
    durationMinutes: 1,
    points: flat(60),
    connections: 1,
    acquireTimeoutMs: 1000,
    hold: 1500,
  });
  assert.equal(minute?.requests, 6);
  assert.equal(minute.failed, 1);
  assert.equal(minute.p50Ms, 2000);
  assert.equal(minute.p95Ms, 2500);
});

test('a failure belongs to the minute its request was scheduled in', () => {
  const minutes = simulatePool({
    minuteSeconds: 2,
    durationMinutes: 3,
    // Two starts, at 0.5 and 1.0 s of minute 0; the second fails 1.5 s later, in minute 1.
    points: [
      { minute: 0, rpm: 120 },
      { minute: 0.55, rpm: 120 },
      { minute: 0.550001, rpm: 0 },
    ],
    connections: 1,
    acquireTimeoutMs: 1500,
    hold: 5000,
  });
  assert.deepEqual(
    minutes.map(({ requests, failed }) => [requests, failed]),
    [
      [2, 1],
      [0, 0],
      [0, 0],
    ],
  );
  assert.equal(minutes[1]?.p50Ms, null);
  assert.equal(minutes[1].allP95Ms, null);
});

test('a running scan follows a change of the storage step', () => {
  const alone = (secondMs: number) =>
    simulatePool({
      minuteSeconds: 4,
      durationMinutes: 2,
      // One request, at 1 s; the step changes at 2 s, half way through its scan of 2 s.
      points: [
        { minute: 0, rpm: 60 },
        { minute: 0.3, rpm: 60 },
        { minute: 0.300001, rpm: 0 },
      ],
      connections: 1,
      acquireTimeoutMs: 1000,
      hold: [
        { minute: 0, scanMs: 2000 },
        { minute: 0.5, scanMs: secondMs },
      ],
    })[0]?.p50Ms;
  assert.equal(alone(2000), 2000);
  assert.equal(alone(1500), 1500);
  // Faster than what has passed already: ends at once.
  assert.equal(alone(100), 1000);
  // Slower: catches up with start + k · read at no more than 2 · read an extent: 64 extents done, 64 more take
  // until start + 128 · read = 3 s, or 1 s + 64 · 2 · read = 4 s: the earlier one.
  assert.equal(alone(3000), 3000);
  // 8 s: start + 128 · read = 8 s, 1 s + 64 · 2 · 62.5 ms = 9 s.
  assert.equal(alone(8000), 8000);
});

test('the whole V4 run at scale 1: every request of the curve, and at its plateau the share of Little', () => {
  const { curve } = presetOf('blackfriday');
  const minutes = simulatePool({
    minuteSeconds: 60,
    durationMinutes: 30,
    points: curve,
    connections: 20,
    acquireTimeoutMs: 2000,
    hold: 800,
  });
  const requests = minutes.reduce((sum, minute) => sum + minute.requests, 0);
  assert.ok(Math.abs(requests - meanRpm(curve, 0, 30) * 30) <= 1, String(requests));
  // 20 / 0.8 = 25 of 70 a second.
  assert.ok(Math.abs((minutes[28]?.errorRate ?? 0) - (1 - 25 / 70)) < 0.005);
});
