/** Defaults and limits of a scenario's keys, wherever they are asked for: stack config, command line, admin calls, page. */

/** What a key means that nobody sets. */
export const DEFAULTS = {
  startDelaySeconds: 20,
  demoRun: 1,
  minuteSeconds: 60,
  durationMinutes: 30,
  catalogRows: 500_000,
  browserTelemetry: true,
  /** Where neither mode nor seeds say anything of it: two or three products of the deal page. */
  orderValueUsd: 712,
} as const;

export interface Range {
  from: number;
  to: number;
}

/** A range for a person, e.g. `from 1 to 3600`. */
export function rangeText({ from, to }: Range): string {
  return `from ${from} to ${to}`;
}

export const LIMITS = {
  /** Real seconds of a demo minute. */
  minuteSeconds: { from: 1, to: 3600 },
  /** Demo minutes of a run. */
  durationMinutes: { from: 1, to: 1440 },
  /** Real seconds until minute 0. */
  startDelaySeconds: { from: 0, to: 3600 },
  /** Mean value of an order (USD): one piece of each product at least. */
  orderValueUsd: { from: 500, to: 20_000 },
  catalogRows: { from: 50_000, to: 10_000_000 },
  /** Requests per minute: above 0. */
  rpm: { from: 0, to: 1_000_000 },
} as const satisfies Record<string, Range>;
