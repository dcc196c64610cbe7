import type { Journey, TrafficType } from '../../scenario/types';
import { Tally } from './tally';
import { SlidingWindow } from './window';

/**
 * What is counted together: baseline journeys; the checkouts of the demo cohort, which its error rates are about; and
 * its browsing, apart.
 */
export const LANES = ['baseline', 'demo', 'demoBrowse'] as const;
export type Lane = (typeof LANES)[number];

/** Where a journey of a stream is counted. */
export function laneOf(stream: TrafficType, journey: Journey): Lane {
  if (stream === 'baseline') return 'baseline';
  return journey === 'full_checkout' ? 'demo' : 'demoBrowse';
}

/** The counts of a lane since the process started, and its last minute. */
export class LaneCounts {
  readonly total = new Tally();
  readonly window: SlidingWindow;

  /** @param since Unix ms at which counting began */
  constructor(since: number) {
    this.window = new SlidingWindow(since);
  }
}
