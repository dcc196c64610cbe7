import { ablate, withoutAblation } from '../ablate';
import { noWayBack } from '../causes/all';
import type { ScenarioState } from '../state';
import { positionAt } from '../timeline';
import type { Ablation, Override, Scenario } from '../types';
import { minuteAt } from './clock';
import { graceOf, type StartedBy } from './lease';

/**
 * What may become of a run under way. Pure: each function returns the row as it is to be; the CLI, the console and the
 * load generator write it with `changeRun`. `now` is Unix seconds.
 */

/**
 * A scenario with an outage as the override row that runs it.
 *
 * @param lastMinute the demo minute at which the run ends
 */
export function runOf(
  scenario: Scenario,
  startedBy: StartedBy,
  lastMinute: number = scenario.durationMinutes,
): Override {
  const { startTimestamp, minuteSeconds } = scenario;
  if (startTimestamp === null) throw new Error(`mode ${scenario.mode} has no start`);
  return {
    runId: scenario.runId,
    mode: scenario.mode,
    startTimestamp,
    pausedAt: null,
    ablation: scenario.ablation,
    expiresAt: startTimestamp + lastMinute * minuteSeconds + graceOf({ startedBy }),
    startedBy,
    scenario,
  };
}

/** Said to who would change a run where there is none. */
export const NO_RUN = 'No outage is under way: start one first.';

/** The healthy scenario as an override row, which holds for `seconds`. */
export function healthyRun(
  scenario: Scenario,
  { runId, startedBy, now, seconds }: { runId: string; startedBy: StartedBy; now: number; seconds: number },
): Override {
  return {
    runId,
    mode: 'normal',
    startTimestamp: now,
    pausedAt: null,
    ablation: null,
    expiresAt: now + seconds,
    startedBy,
    scenario,
  };
}

/**
 * The run under way, as an override that may be changed: the override itself, or one that is begun of a run that the
 * configuration wants, since control at run time never edits configuration. Null when no outage is under way.
 */
export function runUnderWay(
  { desired, override }: ScenarioState,
  startedBy: StartedBy,
): { run: Override; isNew: boolean } | null {
  if (override !== null) return override.mode === 'normal' ? null : { run: override, isNew: false };
  if (desired === null || desired.mode === 'normal' || desired.startTimestamp === null) return null;
  return { run: runOf(desired, startedBy), isNew: true };
}

/** Why the clock of a run can't be put on a demo minute, as a sentence's end; null when it can. */
export function minuteFault({ shownMinutes }: Pick<Scenario, 'shownMinutes'>, minute: number): string | null {
  return minute < shownMinutes
    ? null
    : `must be less than ${shownMinutes}, the minute at which this run ends`;
}

/** The same of a run under way, whose clock some outages do not let back. */
export function jumpFault(run: Override, minute: number, now: number): string | null {
  const isBack = minute < Math.floor(minuteOf(run, now));
  return minuteFault(run.scenario, minute) ?? (isBack ? noWayBack(run.scenario) : null);
}

/** Holds the minute; traffic goes on at its rate. @param holdSeconds after which it ends when nobody prolongs it */
export function paused(run: Override, now: number, holdSeconds: number): Override {
  if (run.pausedAt !== null) return run;
  return prolonged({ ...run, pausedAt: now }, now, holdSeconds);
}

/** Keeps a held run from expiring for another `holdSeconds`; one that runs is returned as it is. */
export function prolonged(run: Override, now: number, holdSeconds: number): Override {
  if (run.pausedAt === null) return run;
  return { ...run, expiresAt: Math.max(run.expiresAt, now + holdSeconds) };
}

/** Goes on where it was held: the start moves by as long as that was. */
export function resumed(run: Override, now: number): Override {
  if (run.pausedAt === null) return run;
  return startedAt({ ...run, pausedAt: null }, run.startTimestamp + (now - run.pausedAt), now);
}

/** Puts the clock on a demo minute; a held one stays held, there. */
export function movedTo(run: Override, minute: number, now: number): Override {
  const startTimestamp = now - minute * run.scenario.minuteSeconds;
  if (run.pausedAt === null) return startedAt(run, startTimestamp, now);
  return {
    ...startedAt({ ...run, pausedAt: now }, startTimestamp, now),
    // It may stay held as long as it was allowed to.
    expiresAt: Math.max(run.expiresAt, now + 1),
  };
}

/** Takes a cause out, or puts both back. @param original the run before anything was taken out; null: unknown */
export function ablated(
  run: Override,
  ablation: Ablation | null,
  original: Scenario | null,
  now: number,
): Override {
  const before = original ?? withoutAblation(run.scenario);
  const scenario = ablate(
    { ...before, startTimestamp: run.scenario.startTimestamp },
    run.scenario,
    ablation,
    positionAt(run, now).minute ?? 0,
  );
  return { ...run, ablation, scenario };
}

/** The run's demo minute (fractional) at a moment. */
export function minuteOf(run: Override, now: number): number {
  return minuteAt({ ...run, minuteSeconds: run.scenario.minuteSeconds }, now);
}

/** With another minute 0: the expiry moves with the clock, stays in the future, and loses what a pause had added. */
function startedAt(run: Override, startTimestamp: number, now: number): Override {
  const { durationMinutes, minuteSeconds } = run.scenario;
  const grace = graceOf(run);
  const longest = startTimestamp + durationMinutes * minuteSeconds + grace;
  const moved = run.expiresAt + (startTimestamp - run.startTimestamp);
  return {
    ...run,
    startTimestamp,
    scenario: { ...run.scenario, startTimestamp },
    expiresAt: Math.max(now + grace, Math.min(moved, longest)),
  };
}
