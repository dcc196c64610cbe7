import type { Journey, TrafficType } from '../../../scenario/types';
import { Tally } from './tally';
import { SlidingWindow } from './window';

/**
 * What is counted together: baseline's journeys; the checkouts of the demo cohort, which its error rates are about; and
 * its browsing, apart.
 */
export const TALLY_GROUPS = ['baseline', 'demo', 'demoBrowse'] as const;
export type TallyGroup = (typeof TALLY_GROUPS)[number];

/** Where a journey of a cohort is counted. */
export function groupOf(cohort: TrafficType, journey: Journey): TallyGroup {
  if (cohort === 'baseline') return 'baseline';
  return journey === 'full_checkout' ? 'demo' : 'demoBrowse';
}

/** One of something for each group. */
export function perGroup<T>(make: () => T): Record<TallyGroup, T> {
  return { baseline: make(), demo: make(), demoBrowse: make() };
}

/** The counts of a group since the process started, and its last minute. */
export class GroupCounts {
  readonly total = new Tally();
  readonly window: SlidingWindow;

  /** @param since Unix ms at which counting began */
  constructor(since: number) {
    this.window = new SlidingWindow(since);
  }
}
