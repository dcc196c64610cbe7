import { rpmAt } from './curve';
import { minuteAt } from './override/clock';
import type { EffectiveScenario, Journey, Phase, Scenario, TimelinePosition } from './types';

/** What the timeline needs of the scenario in force. */
export type TimelineSource = Pick<EffectiveScenario, 'scenario' | 'startTimestamp' | 'pausedAt'>;

/**
 * Where a run stands: minute = (now − start) / minuteSeconds; paused, the minute at `pausedAt`.
 * All readers use this one function with their own clock, so nothing drifts.
 *
 * @param nowSeconds Unix seconds.
 */
export function positionAt(effective: TimelineSource, nowSeconds: number): TimelinePosition {
  const { scenario, startTimestamp } = effective;
  if (scenario.mode === 'normal' || startTimestamp === null) {
    return { state: 'normal', minute: null, phase: 'normal', phaseTitle: 'Normal operations' };
  }
  const { pausedAt } = effective;
  const minute = minuteAt({ startTimestamp, pausedAt, minuteSeconds: scenario.minuteSeconds }, nowSeconds);
  if (minute < 0) {
    return { state: 'before_start', minute: null, phase: 'before_start', phaseTitle: 'Before the start' };
  }
  if (minute >= scenario.durationMinutes) {
    return {
      state: 'over',
      minute: scenario.durationMinutes,
      phase: 'over',
      phaseTitle: 'Over: heal with demoMode normal',
    };
  }
  const phase = phaseAt(scenario, minute);
  return {
    state: 'running',
    minute,
    phase: phase?.name ?? scenario.mode,
    phaseTitle: phase?.title ?? scenario.title,
  };
}

/** The whole demo minute that a run is in; null while none runs. */
export function runningMinute(position: TimelinePosition | null): number | null {
  return position?.state === 'running' && position.minute !== null ? Math.floor(position.minute) : null;
}

/** The phase of a demo minute; null if the scenario has none there. */
export function phaseAt(scenario: Pick<Scenario, 'phases'>, minute: number): Phase | null {
  return scenario.phases.findLast((phase) => phase.fromMinute <= minute) ?? null;
}

export interface Rates {
  /** Baseline journeys per real minute, scaled. */
  baselineRpm: number;
  /** Demo checkouts per real minute, scaled. */
  demoRpm: number;
  /**
   * Weights of the demo cohort's journeys; null: every demo request is one checkout. With weights demoRpm is still
   * the rate of the full checkouts: all journeys together run at demoRpm / weight of full_checkout.
   */
  journeyWeights: Readonly<Record<Journey, number>> | null;
}

/** What the load generator offers at a moment. Before minute 0 and after the end the normal rates hold. */
export function ratesAt(effective: TimelineSource, nowSeconds: number): Rates {
  const { traffic } = effective.scenario;
  const position = positionAt(effective, nowSeconds);
  if (position.state !== 'running' || position.minute === null) {
    return { baselineRpm: traffic.baselineRpm, demoRpm: traffic.normalDemoRpm, journeyWeights: null };
  }
  return {
    baselineRpm: traffic.baselineRpm,
    demoRpm: rpmAt(traffic.demoPoints, position.minute),
    journeyWeights: phaseAt(effective.scenario, position.minute)?.journeyWeights ?? null,
  };
}
