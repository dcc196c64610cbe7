import type { EffectiveScenario } from '../types';

/** Where a run's clock stands; the services reckon with the same three numbers (scenario/timeline.ts). */
export interface RunClock {
  /** Unix seconds of minute 0. */
  startTimestamp: number;
  /** Unix seconds at which it was stopped; null while it runs. */
  pausedAt: number | null;
  minuteSeconds: number;
}

/** The clock of what counts now; null in normal mode. */
export function clockOf(effective: EffectiveScenario): RunClock | null {
  const { startTimestamp, pausedAt, scenario } = effective;
  if (startTimestamp === null || scenario.mode === 'normal') return null;
  return { startTimestamp, pausedAt, minuteSeconds: scenario.minuteSeconds };
}

/** The (fractional) demo minute at a moment (Unix seconds). */
export function minuteAt(clock: RunClock, now: number): number {
  return ((clock.pausedAt ?? now) - clock.startTimestamp) / clock.minuteSeconds;
}

/** Unix seconds at which a demo minute begins, or began, by this clock. */
export function startOfMinute(clock: RunClock, minute: number): number {
  return clock.startTimestamp + minute * clock.minuteSeconds;
}

/** What happened to a clock between two looks at it. */
export type ClockChange = 'none' | 'paused' | 'resumed' | 'moved';

/** Rounding of a timestamp's way through JSON and the database (s). */
const SAME_SECONDS = 0.002;

/**
 * What happened between two looks. Pausing and resuming hold the minute; anything else moved it.
 *
 * @param lookedAt Unix seconds of the first look, `now` of the second
 */
export function clockChange(before: RunClock, after: RunClock, lookedAt: number, now: number): ClockChange {
  const moved = after.startTimestamp - before.startTimestamp;
  if (before.pausedAt === null) {
    if (Math.abs(moved) > SAME_SECONDS) {
      // Paused and resumed within one look: the start moved by less than the time between.
      return after.pausedAt === null && moved > 0 && moved <= now - lookedAt ? 'resumed' : 'moved';
    }
    return after.pausedAt === null ? 'none' : 'paused';
  }
  if (after.pausedAt !== null) {
    const held = Math.abs(after.pausedAt - after.startTimestamp - (before.pausedAt - before.startTimestamp));
    return held <= SAME_SECONDS ? 'none' : 'moved';
  }
  // Resumed: the start moved by as long as it was paused, which ended between the two looks (clocks of two machines
  // may differ by a second).
  const resumedAt = before.pausedAt + moved;
  return resumedAt >= lookedAt - 1 && resumedAt <= now + 1 ? 'resumed' : 'moved';
}

/** So soon a change of the scenario is seen by whoever follows it, without a database that was away (s). */
const SEEN_WITHIN_SECONDS = 2;

/** The demo minutes (fractional) between which a clock has jumped. */
export interface Jump {
  from: number;
  to: number;
}

/**
 * Notices when somebody puts the clock of a run on another minute. What would have gathered in the minutes between is then
 * not there, and whoever would hold it brings it about.
 */
export class JumpWatch {
  private last: { runId: string; clock: RunClock | null } | null = null;

  /**
   * Takes in the scenario in force, at each of its changes. A run that is first seen in its middle has jumped there, unless
   * it is the first scenario of all: who was started anew has missed what there was.
   *
   * @param now Unix seconds
   * @returns null where the clock of the run has not jumped
   */
  look(effective: EffectiveScenario, now: number): Jump | null {
    const { last } = this;
    const clock = clockOf(effective);
    const { runId } = effective.scenario;
    this.last = { runId, clock };
    if (clock === null || last === null) return null;
    if (last.clock === null || last.runId !== runId) {
      const to = minuteAt(clock, now);
      return to < 1 ? null : { from: 0, to };
    }
    const change = clockChange(last.clock, clock, now - SEEN_WITHIN_SECONDS, now);
    return change === 'moved' ? { from: minuteAt(last.clock, now), to: minuteAt(clock, now) } : null;
  }
}
