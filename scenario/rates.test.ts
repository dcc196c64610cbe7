import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanRpm } from './curve';
import { curvePieces, demoJourneyPieces, timeUntil } from './rates';
import { resolveScenario } from './resolve';
import { ratesAt } from './timeline';

const START = 1_700_000_000;

test('a curve is linear between its points, held outside them, and cut at the end', () => {
  const points = [
    { minute: 1, rpm: 60 },
    { minute: 3, rpm: 180 },
  ];
  assert.deepEqual(curvePieces(points, 5), [
    { from: 0, to: 1, startRpm: 60, endRpm: 60 },
    { from: 1, to: 3, startRpm: 60, endRpm: 180 },
    { from: 3, to: 5, startRpm: 180, endRpm: 180 },
  ]);
  assert.deepEqual(curvePieces(points, 2).at(-1), { from: 1, to: 2, startRpm: 60, endRpm: 120 });
  assert.deepEqual(curvePieces([], 5), []);
});

test('the pieces join over the whole run, and have the integral of the curve', () => {
  const { traffic, ...scenario } = resolveScenario(
    { demoMode: 'blackfriday' },
    { nowSeconds: START, startTimestamp: START },
  );
  const pieces = demoJourneyPieces({ ...scenario, traffic });
  assert.equal(pieces[0]?.from, 0);
  assert.equal(pieces.at(-1)?.to, scenario.durationMinutes);
  pieces.slice(1).forEach((piece, index) => {
    assert.equal(piece.from, pieces[index]?.to);
  });
  const integral = pieces.reduce(
    (sum, { from, to, startRpm, endRpm }) => sum + ((startRpm + endRpm) / 2) * (to - from),
    0,
  );
  assert.ok(Math.abs(integral - meanRpm(traffic.demoPoints, 0, 30) * 30) < 1e-6);
});

test('browsing comes on top of the checkouts, by the weights of each phase', () => {
  const scenario = resolveScenario(
    { demoMode: 'blackfriday-v3' },
    { nowSeconds: START, startTimestamp: START },
  );
  const effective = { scenario, startTimestamp: START, pausedAt: null };
  for (const { from, startRpm } of demoJourneyPieces(scenario)) {
    const { demoRpm, journeyWeights } = ratesAt(effective, START + (from + 1e-9) * 60);
    assert.ok(Math.abs(startRpm - demoRpm / (journeyWeights?.full_checkout ?? 1)) < 1e-3, `minute ${from}`);
  }
});

test('a linear rate reaches an amount at the root of its integral, a falling one perhaps never', () => {
  assert.equal(timeUntil(3, 1, 0), 3);
  assert.ok(Math.abs(timeUntil(2, 0, 1) - 2) < 1e-12);
  assert.equal(timeUntil(10, 1, -1), Infinity);
  assert.equal(timeUntil(1, 0, 0), Infinity);
});
