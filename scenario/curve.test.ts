import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorRateAt, meanRpm, normaliseCurve, rateRange, rescaleRates, rpmAt, scaleRates } from './curve';
import { presetOf } from './presets/all';

const v4 = presetOf('blackfriday').curve;

test('a curve is linear between its points and held after the last', () => {
  assert.equal(rpmAt(v4, 0.5), 400);
  assert.equal(rpmAt(v4, 3), 1450);
  assert.equal(rpmAt(v4, 29), 4200);
  assert.ok(Math.abs(errorRateAt(v4, 7.5) - 0.3) < 1e-12);
  assert.equal(errorRateAt(v4, 40), 0.78);
});

test('the mean rate is exact across a corner', () => {
  // 0…1 rises 0→800 (mean 400), 1…2 rises 800→1125 (mean 962.5).
  assert.equal(meanRpm(v4, 0, 2), (400 + 962.5) / 2);
  assert.equal(meanRpm(v4, 20, 21), 4200);
});

test('a late curve rises from nothing, an early one stays', () => {
  const late = [{ minute: 4, rpm: 800, errorRate: 0.4 }];
  assert.equal(rpmAt(normaliseCurve(late), 2), 400);
  assert.deepEqual(normaliseCurve(v4), [...v4]);
});

test('rates are mapped from base…peak to base…peak, without traffic stays without', () => {
  const mapped = rescaleRates(v4, { baseRpm: 100, peakRpm: 1000 });
  assert.deepEqual(rateRange(mapped), { baseRpm: 100, peakRpm: 1000 });
  assert.equal(mapped[0]?.rpm, 0);
  assert.ok(Math.abs((mapped[2]?.rpm ?? 0) - (100 + (900 * 1300) / 3400)) < 1e-9);
  assert.equal(mapped[2]?.errorRate, 0.15);
});

test('a peak alone keeps the ratio of all rates', () => {
  const halved = rescaleRates(v4, { peakRpm: 2100 });
  halved.forEach((point, i) => {
    assert.ok(Math.abs(point.rpm - (v4[i]?.rpm ?? NaN) / 2) < 1e-9);
  });
  assert.deepEqual(
    scaleRates(v4, 0.5).map((p) => p.rpm),
    v4.map((p) => p.rpm / 2),
  );
});

test('a flat curve is scaled, not divided by zero', () => {
  assert.equal(rescaleRates([{ minute: 0, rpm: 50, errorRate: 0 }], { peakRpm: 80 })[0]?.rpm, 80);
});
