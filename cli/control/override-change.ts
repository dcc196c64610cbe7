import type { ScenarioState } from '../../scenario/apply';
import { minuteAt } from '../run/run-clock';
import type { Override } from '../../scenario/types';

/** A run outlives its last minute by this much (s), then the outage ends by itself: a killed command heals. */
export const EXPIRES_AFTER_SECONDS = 60;
/** A paused run ends by itself after this long without anybody who prolongs it (s). */
export const PAUSED_AT_MOST_SECONDS = 1800;
/** As long as its runner lives, which prolongs it (s). */
export const PAUSED_LEASE_SECONDS = 120;

/**
 * The run under way, as an override that may be changed: the override itself, or one that is begun of a run that the
 * configuration wants, since control at run time never edits configuration. Null when no outage is under way.
 */
export function runUnderWay(state: ScenarioState): { run: Override; isNew: boolean } | null {
  const { desired, override } = state;
  if (override !== null) return override.mode === 'normal' ? null : { run: override, isNew: false };
  if (desired === null || desired.mode === 'normal' || desired.startTimestamp === null) return null;
  const { startTimestamp, durationMinutes, minuteSeconds } = desired;
  return {
    isNew: true,
    run: {
      runId: desired.runId,
      mode: desired.mode,
      startTimestamp,
      pausedAt: null,
      ablation: desired.ablation,
      expiresAt: startTimestamp + durationMinutes * minuteSeconds + EXPIRES_AFTER_SECONDS,
      startedBy: 'cli',
      scenario: desired,
    },
  };
}

/** Holds the minute; traffic goes on at its rate. @param leaseSeconds after which it ends when nobody prolongs it */
export function paused(run: Override, now: number, leaseSeconds: number): Override {
  if (run.pausedAt !== null) return run;
  return { ...run, pausedAt: now, expiresAt: Math.max(run.expiresAt, now + leaseSeconds) };
}

/** Goes on where it was held: the start moves by as long as that was. */
export function resumed(run: Override, now: number): Override {
  if (run.pausedAt === null) return run;
  const startTimestamp = run.startTimestamp + (now - run.pausedAt);
  return { ...run, startTimestamp, pausedAt: null, expiresAt: expiryOf(run, startTimestamp, now) };
}

/** Puts the clock on a demo minute; a paused one stays paused, there. */
export function movedTo(run: Override, minute: number, now: number): Override {
  const clock = { ...run, minuteSeconds: run.scenario.minuteSeconds };
  const by = minuteAt(clock, now) - minute;
  const startTimestamp = run.startTimestamp + by * run.scenario.minuteSeconds;
  const expiresAt =
    run.pausedAt === null ? expiryOf(run, startTimestamp, now) : Math.max(run.expiresAt, now + 1);
  return { ...run, startTimestamp, expiresAt };
}

/** The expiry moves with the clock, and stays in the future. */
function expiryOf(run: Override, startTimestamp: number, now: number): number {
  const { durationMinutes, minuteSeconds } = run.scenario;
  const longest = startTimestamp + durationMinutes * minuteSeconds + EXPIRES_AFTER_SECONDS;
  const moved = run.expiresAt + (startTimestamp - run.startTimestamp);
  // A pause may have prolonged it beyond what the run needs.
  return Math.max(now + EXPIRES_AFTER_SECONDS, Math.min(moved, longest));
}
