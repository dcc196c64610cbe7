import type { Override } from '../types';

/**
 * How long a run may stay in force without anybody: every override expires, so that whoever began it may be killed at
 * any moment. All in real seconds.
 */

/** The front doors that begin a run, as its row names them. */
export type StartedBy = 'cli' | 'console' | 'load-generator' | 'soak';

/**
 * How long a run outlives its last minute. The command heals by itself, so its row only has to survive it; in the console
 * the presenter explains before he heals; an admin call's run ends with its last requests.
 */
const GRACE_SECONDS = {
  cli: 60,
  console: 300,
  'load-generator': 10,
  soak: 60,
} as const satisfies Record<StartedBy, number>;

/** How long a clock stays held that nobody prolongs, by who holds it. */
export const HOLD_SECONDS = {
  /** A command that is under way: it prolongs the hold until it is killed. */
  attended: 120,
  /** `npm run demo -- pause` without a command that would prolong it. */
  command: 1800,
  /** A presenter at the console. */
  console: 3600,
} as const;

/** How long a heal at run time lasts over an outage that stack config still wants: the config follows meanwhile. */
export const HEAL_SECONDS = {
  /** The command updates the stack right away. */
  cli: 900,
  /** A person has to set the config. */
  console: 3600,
} as const;

/** How long a run outlives its last minute (s). */
export function graceOf({ startedBy }: Pick<Override, 'startedBy'>): number {
  return Object.hasOwn(GRACE_SECONDS, startedBy) ? GRACE_SECONDS[startedBy as StartedBy] : GRACE_SECONDS.cli;
}
