import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAt, isDeclined, leakFaults, simulateLeak, solveLeak } from './law';

const CURVE = [
  { minute: 0, rpm: 120, errorRate: 0 },
  { minute: 11, rpm: 600, errorRate: 0 },
  { minute: 13, rpm: 600, errorRate: 0.99 },
  { minute: 25, rpm: 600, errorRate: 0.99 },
];

test('cards are declined evenly: of any window as many as its share, give or take one', () => {
  for (const share of [0.01, 0.013, 0.4]) {
    const declined = Array.from({ length: 3_000 }, (_, n) => isDeclined(n + 1, share));
    for (const from of [0, 17, 1_234]) {
      const seen = declined.slice(from, from + 1_000).filter(Boolean).length;
      assert.ok(Math.abs(seen - 1_000 * share) <= 1, `${seen} from ${from}`);
    }
  }
});

test('the pool is empty between the last minute that is well and the first that is lost, at any scale and speed', () => {
  assert.equal(emptyAt(CURVE), 12.5);
  for (const scale of [0.25, 1, 4])
    for (const minuteSeconds of [6, 30, 60]) {
      const points = CURVE.map((point) => ({ ...point, rpm: point.rpm * scale }));
      const leak = solveLeak(points, minuteSeconds, 0.01);
      assert.ok(leak);
      const minutes = simulateLeak({
        points,
        minuteSeconds,
        durationMinutes: 20,
        ...leak,
        acquireTimeoutMs: 1000,
        queryMs: 3,
      });
      const at = (minute: number): number => minutes[minute]?.errorRate ?? -1;
      assert.equal(at(11), 0);
      // All but the declined ones, of which a short minute has one more or less.
      for (const minute of [13, 19]) assert.ok(at(minute) > 0.9 && at(minute) <= 1, String(at(minute)));
      assert.ok(at(12) > 0.2 && at(12) < 0.8, String(at(12)));
      if (scale * minuteSeconds >= 15) assert.ok(Math.abs(leak.declinedShare - 0.01) < 0.002);
    }
});

test('without declined cards nothing fails', () => {
  const minutes = simulateLeak({
    points: CURVE,
    minuteSeconds: 6,
    durationMinutes: 30,
    connections: 3,
    declinedShare: 0,
    acquireTimeoutMs: 1000,
    queryMs: 3,
  });
  assert.ok(minutes.every(({ failed }) => failed === 0));
});

test('a curve that a leak cannot make is refused at its points', () => {
  const fault = (errorRates: number[]): [number, string][] =>
    leakFaults(errorRates.map((errorRate, index) => ({ minute: index * 5, rpm: 100, errorRate }))).map(
      ({ index, field }) => [index, field],
    );
  assert.deepEqual(fault([0, 0, 0.99]), []);
  assert.deepEqual(fault([0, 0.4, 0.99]), [[1, 'errorRate']]);
  assert.deepEqual(fault([0, 0.99, 0]), [[2, 'errorRate']]);
  assert.deepEqual(
    leakFaults([
      { minute: 4, rpm: 100, errorRate: 0 },
      { minute: 5, rpm: 100, errorRate: 0.99 },
    ]).map(({ field }) => field),
    ['minute'],
  );
});
