import { ratesAt } from '../../scenario/timeline';
import type { EffectiveScenario, TrafficType } from '../../scenario/types';
import { arrivalsBetween, type RateSchedule } from './arrival';

/** Rates are read this far (s) inside a piece's borders, because at a border itself the next piece begins. */
const INSIDE_SECONDS = 1e-4;

/** The stream's rate at a moment (journeys per minute): for demo, the checkouts and the browsing on top of them. */
export function journeyRpmAt(effective: EffectiveScenario, stream: TrafficType, nowSeconds: number): number {
  const rates = ratesAt(effective, nowSeconds);
  if (stream === 'baseline') return rates.baselineRpm;
  const checkouts = rates.journeyWeights?.full_checkout ?? 1;
  return checkouts > 0 ? rates.demoRpm / checkouts : rates.demoRpm;
}

/** Unix seconds at which the rates may bend or jump: the curve's points, the phases, start and end of the run. */
function borders(effective: EffectiveScenario): number[] {
  const { scenario, startTimestamp, pausedAt } = effective;
  if (startTimestamp === null || pausedAt !== null) return [];
  const minutes = [
    0,
    ...scenario.traffic.demoPoints.map((point) => point.minute),
    ...scenario.phases.map((phase) => phase.fromMinute),
    scenario.durationMinutes,
  ];
  return [...new Set(minutes)]
    .sort((a, b) => a - b)
    .map((minute) => startTimestamp + minute * scenario.minuteSeconds);
}

/**
 * A stream's timetable under a scenario: the timeline's piecewise-linear rates, cut at the moments where they bend,
 * so that the arrivals can be integrated exactly.
 */
export function scheduleOf(effective: EffectiveScenario, stream: TrafficType): RateSchedule {
  const cuts = borders(effective);
  const rate = (seconds: number): number => journeyRpmAt(effective, stream, seconds);
  return (time) => {
    const seconds = time / 1000;
    const next = cuts.findIndex((cut) => cut * 1000 > time);
    const from = next === -1 ? cuts.at(-1) : cuts[next - 1];
    const to = next === -1 ? undefined : cuts[next];
    if (from === undefined || to === undefined) {
      // Before the first border and after the last one the rates are constant.
      const rpm = rate(to === undefined ? seconds : Math.min(seconds, to - INSIDE_SECONDS));
      return { from: -Infinity, to: to === undefined ? Infinity : to * 1000, startRpm: rpm, endRpm: rpm };
    }
    const first = rate(from + INSIDE_SECONDS);
    const last = rate(to - INSIDE_SECONDS);
    const bend = ((last - first) / Math.max(to - from - 2 * INSIDE_SECONDS, INSIDE_SECONDS)) * INSIDE_SECONDS;
    return {
      from: from * 1000,
      to: to * 1000,
      startRpm: Math.max(0, first - bend),
      endRpm: Math.max(0, last + bend),
    };
  };
}

/**
 * How many journeys the stream has had until a moment, counted from one that all replicas agree on (the run's start,
 * else the epoch), so that the replicas' shares interleave.
 */
export function journeysBefore(effective: EffectiveScenario, stream: TrafficType, time: number): number {
  const start = effective.startTimestamp;
  if (start !== null && effective.pausedAt === null && time >= start * 1000) {
    return arrivalsBetween(scheduleOf(effective, stream), start * 1000, time);
  }
  return (journeyRpmAt(effective, stream, time / 1000) / 60_000) * time;
}
