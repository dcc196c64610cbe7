/**
 * When a run begins, and what it is called. Serialised into Pulumi's dynamic resources, too: functions of this file and
 * globals only, no imports.
 */

/** What a start belongs to: another mode, or another `demoRun`, is another run. */
export interface StartedRun {
  mode: string;
  demoRun: number;
}

/** A start stamped now: the next whole second after the delay (Unix seconds). */
export function stampStart(nowSeconds: number, startDelaySeconds: number): number {
  return Math.ceil(nowSeconds) + startDelaySeconds;
}

/** The start that was stamped before, as long as mode and `demoRun` stay; null where there is none to keep. */
export function keptStart(
  wanted: StartedRun,
  before: (StartedRun & { startTimestamp: number | null }) | null,
): number | null {
  const same = before?.mode === wanted.mode && before.demoRun === wanted.demoRun;
  return same ? before.startTimestamp : null;
}

/**
 * Baggage `demo.run_id`: differs for each run; in normal mode, without a start, the mode's name.
 *
 * @param suffix tells runs apart that may share a start
 */
export function runIdOf(
  { mode, demoRun }: StartedRun,
  startTimestamp: number | null,
  suffix?: string,
): string {
  if (startTimestamp === null) return mode;
  const id = `${mode}-${demoRun}-${Math.round(startTimestamp)}`;
  return suffix === undefined ? id : `${id}-${suffix}`;
}
