import { checkoutShare, demoJourneyPieces } from '../../../scenario/rates';
import { ratesAt } from '../../../scenario/timeline';
import type { EffectiveScenario, TrafficType } from '../../../scenario/types';
import { arrivalsBetween, constantRate, type RateSchedule } from './arrival';

/** A cohort's rate at a moment (journeys per minute): for demo, the checkouts and the browsing on top of them. */
export function journeyRpmAt(effective: EffectiveScenario, cohort: TrafficType, nowSeconds: number): number {
  const { baselineRpm, demoRpm, journeyWeights } = ratesAt(effective, nowSeconds);
  return cohort === 'baseline' ? baselineRpm : demoRpm / checkoutShare(journeyWeights);
}

/** A cohort's timetable under a scenario: the pieces of its rate, so that the arrivals can be integrated exactly. */
export function scheduleOf(effective: EffectiveScenario, cohort: TrafficType): RateSchedule {
  const { scenario, startTimestamp, pausedAt } = effective;
  if (cohort === 'baseline') return constantRate(scenario.traffic.baselineRpm);
  if (scenario.mode === 'normal' || startTimestamp === null || pausedAt !== null) {
    return constantRate(journeyRpmAt(effective, cohort, pausedAt ?? 0));
  }
  const { minuteSeconds, durationMinutes, traffic } = scenario;
  const at = (minute: number): number => (startTimestamp + minute * minuteSeconds) * 1000;
  const normal = { startRpm: traffic.normalDemoRpm, endRpm: traffic.normalDemoRpm };
  const run = demoJourneyPieces(scenario).map((piece) => ({
    ...piece,
    from: at(piece.from),
    to: at(piece.to),
  }));
  const after = { from: at(durationMinutes), to: Infinity, ...normal };
  const pieces = [{ from: -Infinity, to: at(0), ...normal }, ...run];
  return (time) => pieces.find(({ to }) => time < to) ?? after;
}

/** How many journeys the cohort has had since a run's minute 0 (negative before) until a moment (Unix ms). */
export function journeysInRun(effective: EffectiveScenario, cohort: TrafficType, time: number): number {
  const start = (effective.startTimestamp ?? 0) * 1000;
  const schedule = scheduleOf(effective, cohort);
  return time < start ? -arrivalsBetween(schedule, time, start) : arrivalsBetween(schedule, start, time);
}

/**
 * How many journeys the cohort has had until a moment (Unix ms), counted from one that all replicas agree on, whenever
 * they began to count: by the rate of normal operations since 1970, and by the curve since the run's start.
 */
export function journeysBefore(effective: EffectiveScenario, cohort: TrafficType, time: number): number {
  const { startTimestamp: start, pausedAt } = effective;
  const since1970 = (moment: number): number =>
    (journeyRpmAt(effective, cohort, moment / 1000) / 60_000) * moment;
  if (cohort === 'baseline' || start === null || pausedAt !== null) return since1970(time);
  // A whole number, so that the run's first order is as far from minute 0 as the curve says.
  const { normalDemoRpm } = effective.scenario.traffic;
  return Math.round((normalDemoRpm / 60_000) * start * 1000) + journeysInRun(effective, cohort, time);
}
