/** Modes that make an outage: each is a preset of this folder. */
export const OUTAGES = [
  'blackfriday',
  'blackfriday-v3',
  'bad-release',
  'flash-sale',
  'cache-stampede',
] as const;
export type OutageMode = (typeof OUTAGES)[number];

export const DEMO_MODES = ['normal', ...OUTAGES] as const;
export type DemoMode = (typeof DEMO_MODES)[number];

/** The outage of who names none. */
export const DEFAULT_OUTAGE: OutageMode = 'blackfriday';
