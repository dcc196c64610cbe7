import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveScenario } from '../../../scenario/resolve';
import { parseScenarioConfig } from '../../../scenario/config/parse';
import { ratesAt } from '../../../scenario/timeline';
import type { EffectiveScenario } from '../../../scenario/types';
import { arrivalsBetween } from './arrival';
import { journeyRpmAt, journeysBefore, scheduleOf } from './rates';

const START = 1_700_000_000;

function effective(
  demoMode: 'normal' | 'blackfriday' | 'blackfriday-v3',
  minuteSeconds = 6,
  pausedAt: number | null = null,
): EffectiveScenario {
  const config = parseScenarioConfig({ demoMode, minuteSeconds, traffic: { scale: 1 } });
  const scenario = resolveScenario(config, { nowSeconds: START - 20, startTimestamp: START });
  return { scenario, source: 'desired', startTimestamp: scenario.startTimestamp, pausedAt, expiresAt: null };
}

/** The schedule's rate at a moment. */
function rateAt(schedule: ReturnType<typeof scheduleOf>, seconds: number): number {
  const time = seconds * 1000;
  const { from, to, startRpm, endRpm } = schedule(time);
  if (!Number.isFinite(from) || !Number.isFinite(to)) return startRpm;
  return startRpm + ((endRpm - startRpm) * (time - from)) / (to - from);
}

for (const mode of ['normal', 'blackfriday', 'blackfriday-v3'] as const) {
  test(`${mode}: the schedule is the timeline's rate at every moment, before, within and after the run`, () => {
    const scenario = effective(mode);
    for (const cohort of ['baseline', 'demo'] as const) {
      const schedule = scheduleOf(scenario, cohort);
      for (let seconds = START - 30.05; seconds < START + 260; seconds += 0.71) {
        const want = journeyRpmAt(scenario, cohort, seconds);
        const got = rateAt(schedule, seconds);
        assert.ok(
          Math.abs(got - want) < 0.01 + want * 1e-4,
          `${cohort} at ${seconds - START}: ${got}, not ${want}`,
        );
      }
    }
  });
}

test('segments join without a hole and end', () => {
  const schedule = scheduleOf(effective('blackfriday'), 'demo');
  let time = (START - 60) * 1000;
  let segments = 0;
  for (;;) {
    const segment = schedule(time);
    assert.ok(segment.from <= time && segment.to > time);
    segments += 1;
    if (segment.to === Infinity) break;
    time = segment.to;
  }
  assert.ok(segments > 5 && segments < 40, String(segments));
});

test('a minute of the run has as many arrivals as its curve says', () => {
  const schedule = scheduleOf(effective('blackfriday', 60), 'demo');
  const arrivals = arrivalsBetween(schedule, (START + 16 * 60) * 1000, (START + 17 * 60) * 1000);
  assert.ok(Math.abs(arrivals - 4_200) < 1, String(arrivals));
});

test('V3: browsing comes on top of the checkouts', () => {
  const scenario = effective('blackfriday-v3', 60);
  const at = START + 12 * 60;
  const { demoRpm, journeyWeights } = ratesAt(scenario, at);
  assert.ok(journeyWeights && journeyWeights.full_checkout < 1);
  assert.equal(journeyRpmAt(scenario, 'demo', at), demoRpm / journeyWeights.full_checkout);
});

test('a paused run keeps the rate of its minute for ever', () => {
  const paused = effective('blackfriday', 6, START + 6 * 10);
  const segment = scheduleOf(paused, 'demo')((START + 100_000) * 1000);
  assert.equal(segment.to, Infinity);
  assert.ok(Math.abs(segment.startRpm - 3_400) < 1e-6);
});

test('replicas that join at different times agree on how many arrivals there have been', () => {
  const scenario = effective('blackfriday');
  const schedule = scheduleOf(scenario, 'demo');
  const early = (START + 10) * 1000;
  const late = (START + 100) * 1000;
  const between = arrivalsBetween(schedule, early, late);
  assert.ok(
    Math.abs(journeysBefore(scenario, 'demo', late) - journeysBefore(scenario, 'demo', early) - between) <
      1e-3,
  );
});
