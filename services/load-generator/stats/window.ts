import { Tally } from './tally';

/** Seconds that a window can look back. */
export const WINDOW_SECONDS = 60;

/**
 * The last minute of what is counted together, second by second. An event belongs to the second in which it happens: a journey is counted
 * as scheduled when it is, and as ended when it ends.
 */
export class SlidingWindow {
  private readonly seconds = new Map<number, Tally>();

  /** @param since Unix ms at which counting began: rates of a shorter time are not diluted */
  constructor(private readonly since: number) {}

  /** The tally of the second that a moment (Unix ms) lies in. */
  at(nowMs: number): Tally {
    const second = Math.floor(nowMs / 1000);
    let tally = this.seconds.get(second);
    if (!tally) {
      for (const old of this.seconds.keys()) {
        if (old < second - WINDOW_SECONDS || old > second + WINDOW_SECONDS) this.seconds.delete(old);
      }
      tally = new Tally();
      this.seconds.set(second, tally);
    }
    return tally;
  }

  /** The last `span` whole seconds before a moment and the one under way, and how many seconds that are. */
  last(span: number, nowMs: number): { tally: Tally; seconds: number } {
    const end = nowMs / 1000;
    const begin = Math.floor(end) - span;
    const tally = new Tally();
    for (const [second, part] of this.seconds) {
      if (second >= begin && second <= end) tally.add(part);
    }
    return { tally, seconds: Math.max(1, Math.min(end - begin, end - this.since / 1000)) };
  }
}
