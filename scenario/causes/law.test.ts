import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorRateAt, scaleRates } from '../curve';
import { simulatePool } from '../prediction';
import { presetOf } from '../presets/all';
import { holdSeconds } from '../little';
import type { DemoMode } from '../types';
import { choosePool } from './small-pool/law';
import { solveStorage } from './slow-storage/law';

/** The causes of a preset that has them. */
const causesOf = (mode: DemoMode) => {
  const { 'small-pool': pool, 'slow-storage': storage } = presetOf(mode).causes;
  assert.ok(pool && storage);
  return { pool, storage };
};

test("Little's law gives the V4 table's hold times", () => {
  const near = (value: number, expected: number) => {
    assert.ok(Math.abs(value - expected) < 0.005, `${value} is not ${expected}`);
  };
  near(holdSeconds(20, 0.15, 2100), 0.672);
  near(holdSeconds(20, 0.45, 3400), 0.642);
  near(holdSeconds(20, 0.65, 4200), 0.816);
  near(holdSeconds(20, 0.78, 4200), 1.299);
});

for (const mode of ['blackfriday', 'blackfriday-v3'] as const) {
  for (const scale of mode === 'blackfriday' ? [1, 0.5, 0.25, 0.1] : [1, 20 / 3]) {
    for (const minuteSeconds of mode === 'blackfriday' ? [60, 30, 10, 6] : [60, 30]) {
      test(`${mode} at scale ${scale.toFixed(2)}, minutes of ${minuteSeconds} s: the solved scans make the curve`, () => {
        const preset = presetOf(mode);
        const { pool, storage } = causesOf(mode);
        const points = scaleRates(preset.curve, scale);
        const connections = Math.round(pool.max * scale);
        const common = { points, connections, minuteSeconds, durationMinutes: 30 };
        const hold = solveStorage({
          ...common,
          acquireTimeoutMs: pool.acquireTimeoutMs,
          ...storage,
        });
        const minutes = simulatePool({ ...common, acquireTimeoutMs: pool.acquireTimeoutMs, hold });
        for (const { minute } of preset.curve) {
          const predicted = minutes[minute]?.errorRate ?? NaN;
          const wanted = errorRateAt(preset.curve, minute);
          const difference = Math.abs(predicted - wanted);
          assert.ok(
            difference <= 0.035,
            `minute ${minute}: ${predicted.toFixed(3)} for ${wanted.toFixed(3)}`,
          );
        }
      });
    }
  }
}

test('before the first errors scans are short, and in V3 as slow as the pool can carry', () => {
  const v4 = presetOf('blackfriday');
  const input = { minuteSeconds: 60, durationMinutes: 30 };
  const steps = solveStorage({
    ...input,
    points: v4.curve,
    connections: 20,
    acquireTimeoutMs: 2000,
    slowFrom: null,
  });
  for (const step of steps.filter(({ minute }) => minute < 2)) {
    assert.ok(step.scanMs >= 150 && step.scanMs <= 300, `${step.minute}: ${step.scanMs}`);
  }
  const v3 = presetOf('blackfriday-v3');
  const slow = solveStorage({
    ...input,
    points: v3.curve,
    connections: 3,
    acquireTimeoutMs: 5000,
    ...causesOf('blackfriday-v3').storage,
  });
  assert.equal(slow.findLast(({ minute }) => minute <= 14.75)?.scanMs, 150);
  assert.equal(slow.findLast(({ minute }) => minute <= 15)?.scanMs, 1455);
});

test('the storage changes at most every quarter of a minute, ascending', () => {
  const { curve } = presetOf('blackfriday');
  const steps = solveStorage({
    points: curve,
    connections: 20,
    acquireTimeoutMs: 2000,
    minuteSeconds: 60,
    durationMinutes: 30,
    slowFrom: null,
  });
  assert.equal(steps[0]?.minute, 0);
  steps.slice(1).forEach((step, i) => {
    assert.ok(step.minute - (steps[i]?.minute ?? NaN) >= 0.25);
    assert.notEqual(step.scanMs, steps[i]?.scanMs);
  });
});

test('the preset pool is kept where it can make the curve', () => {
  assert.equal(choosePool(presetOf('blackfriday').curve, 20, 100).connections, 20);
  assert.equal(choosePool(presetOf('blackfriday-v3').curve, 3, 100).connections, 3);
});

test('a slow curve gets a smaller pool, a fast one a larger', () => {
  // 35 % at 120 rpm: 1.3 answered a second; five seconds each keep six connections busy.
  assert.equal(choosePool([{ minute: 0, rpm: 120, errorRate: 0.35 }], 20, 100).connections, 6);
  // 10 % at 20,000 rpm: 300 answered a second, each at least 0.1 s.
  assert.equal(choosePool([{ minute: 0, rpm: 20_000, errorRate: 0.1 }], 20, 100).connections, 30);
});

test('a curve that no pool can make is refused with the reason and what is possible', () => {
  const slow = choosePool([{ minute: 3, rpm: 2, errorRate: 0.5 }], 20, 100);
  assert.equal(slow.connections, null);
  assert.match(slow.faults[0]?.message ?? '', /held for 60 s.*at least 4 rpm/);
  const fast = choosePool([{ minute: 3, rpm: 900_000, errorRate: 0 }], 20, 100);
  assert.match(fast.faults[0]?.message ?? '', /at most 48000 rpm/);
  const both = choosePool(
    [
      { minute: 0, rpm: 60, errorRate: 0.5 },
      { minute: 5, rpm: 20_000, errorRate: 0 },
    ],
    20,
    100,
  );
  assert.equal(both.connections, null);
  assert.match(both.faults[0]?.message ?? '', /at least 42 connections.*minute 0 needs at most 15/);
});

test('what a refusal calls possible is possible', () => {
  assert.equal(choosePool([{ minute: 3, rpm: 4, errorRate: 0.5 }], 20, 100).connections, 1);
  assert.equal(choosePool([{ minute: 3, rpm: 48_000, errorRate: 0 }], 20, 100).connections, 100);
});
