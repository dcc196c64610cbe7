/** Defaults and limits of a scenario's keys, wherever they are asked for: stack config, command line, admin calls, page. */

/** What a key means that nobody sets. */
export const DEFAULTS = {
  startDelaySeconds: 20,
  demoRun: 1,
  minuteSeconds: 60,
  durationMinutes: 30,
  catalogRows: 500_000,
} as const;

export interface Range {
  least: number;
  most: number;
}

/** A range for a person, e.g. `from 1 to 3600`. */
export function rangeText({ least, most }: Range): string {
  return `from ${String(least)} to ${String(most)}`;
}

export const LIMITS = {
  /** Real seconds of a demo minute. */
  minuteSeconds: { least: 1, most: 3600 },
  /** Demo minutes of a run. */
  durationMinutes: { least: 1, most: 1440 },
  /** Real seconds until minute 0. */
  startDelaySeconds: { least: 0, most: 3600 },
  catalogRows: { least: 50_000, most: 10_000_000 },
  /** Requests per minute: above 0. */
  rpm: { least: 0, most: 1_000_000 },
} as const satisfies Record<string, Range>;
