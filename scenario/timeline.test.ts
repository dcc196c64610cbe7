import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from './resolve';
import { positionAt, ratesAt, type TimelineSource } from './timeline';

const start = 1_800_000_000;
const effective = (
  demoMode: 'normal' | 'blackfriday' | 'blackfriday-v3',
  pausedAt: number | null = null,
  minuteSeconds = 60,
): TimelineSource => {
  const scenario = resolveScenario({ demoMode, minuteSeconds }, { nowSeconds: start, startTimestamp: start });
  return { scenario, startTimestamp: scenario.startTimestamp, pausedAt };
};

test('a minute is (now − start) / minuteSeconds', () => {
  assert.equal(positionAt(effective('blackfriday'), start + 330).minute, 5.5);
  assert.equal(positionAt(effective('blackfriday', null, 6), start + 33).minute, 5.5);
  assert.equal(positionAt(effective('blackfriday', null, 1.5), start + 3).minute, 2);
});

test('before the start, at the borders, after the end', () => {
  const run = effective('blackfriday');
  const states = [-1, 0, 1799.5, 1800, 99_999].map((at) => {
    const { state, minute, phase } = positionAt(run, start + at);
    return [state, minute, phase];
  });
  assert.deepEqual(states, [
    ['before_start', null, 'before_start'],
    ['running', 0, 'calm'],
    ['running', 1799.5 / 60, 'investigation'],
    ['over', 30, 'over'],
    ['over', 30, 'over'],
  ]);
  assert.match(positionAt(run, start + 1800).phaseTitle, /heal with demoMode normal/);
});

test('paused, the clock stands', () => {
  const run = effective('blackfriday', start + 600);
  assert.equal(positionAt(run, start + 9999).minute, 10);
  assert.equal(ratesAt(run, start + 9999).demoRpm, 3400);
});

test('in normal mode there is no minute', () => {
  assert.deepEqual(positionAt(effective('normal'), start), {
    state: 'normal',
    minute: null,
    phase: 'normal',
    phaseTitle: 'Normal operations',
  });
});

test('rates follow the curve in the run, and are normal outside it', () => {
  const run = effective('blackfriday');
  assert.deepEqual(ratesAt(run, start - 1), { baselineRpm: 100, demoRpm: 60, journeyWeights: null });
  assert.equal(ratesAt(run, start).demoRpm, 0);
  assert.equal(ratesAt(run, start + 30).demoRpm, 400);
  assert.equal(ratesAt(run, start + 1200).demoRpm, 4200);
  assert.equal(ratesAt(run, start + 1800).demoRpm, 60);
});

test("V3's journeys shift with the phase", () => {
  const run = effective('blackfriday-v3');
  assert.equal(ratesAt(run, start + 60).journeyWeights?.browse_only, 0.5);
  assert.equal(ratesAt(run, start + 26 * 60).journeyWeights?.browse_only, 0.6);
  assert.equal(ratesAt(run, start + 26 * 60).demoRpm, 120);
});
