import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlidingWindow } from './window';

const BEGIN = 1_700_000_000_000;

test('counts are those of the last seconds, older ones are forgotten', () => {
  const window = new SlidingWindow(BEGIN);
  for (let second = 0; second < 200; second++) {
    const tally = window.at(BEGIN + second * 1000);
    tally.countStarted(0);
    tally.countEnded(second < 100 ? { result: 'completed' } : { result: 'declined' }, second);
  }
  const now = BEGIN + 199_999;
  const short = window.last(10, now);
  assert.equal(short.tally.started, 11); // ten whole seconds and the one under way
  assert.ok(Math.abs(short.seconds - 10.999) < 1e-6);
  const long = window.last(60, now);
  assert.equal(long.tally.completed, 61);
  assert.equal(long.tally.declined, 61);
  assert.equal(Math.round((long.tally.started * 60) / long.seconds), 60);
  const p50 = long.tally.latency.percentile(50) ?? NaN;
  assert.ok(p50 >= 168 && p50 <= 171, String(p50));
});

test('a rate of a process younger than the window is not diluted', () => {
  const window = new SlidingWindow(BEGIN);
  for (let i = 0; i < 50; i++) window.at(BEGIN + i * 100).countStarted(0);
  const { tally, seconds } = window.last(60, BEGIN + 5_000);
  assert.ok(Math.abs((tally.started * 60) / seconds - 600) < 1, `${tally.started} in ${seconds}`);
});

test('nothing happened: nothing is reported', () => {
  const { tally } = new SlidingWindow(BEGIN).last(60, BEGIN + 90_000);
  assert.equal(tally.ended, 0);
  assert.equal(tally.errorRate, 0);
  assert.equal(tally.latency.percentile(95), null);
});
