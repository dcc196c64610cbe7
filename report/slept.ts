import { duration } from './format';
import type { RunEvent, RunFacts } from './report';

/** A gap of the clock: this machine, or the process that looked, stood still. */
export interface Gap {
  /** Unix seconds. */
  from: number;
  to: number;
}

/** So much may the clock be ahead of what the process lived through (s): a clock that was set right moves less. */
const LEAST_GAP_SECONDS = 5;
/** No look takes so long (s): every call in it ends within a few seconds. Some machines count sleep as lived through. */
const LONGEST_LOOK_SECONDS = 30;
/** No timer of a second is so late, however busy the machine (s): for who just waits between two looks. */
export const LONGEST_WAIT_SECONDS = 6;

const STOOD_STILL = 'this machine slept, or what watched the run was stopped,';

/** Notices that the machine slept, by its clocks: the wall's goes on, the process's does not. */
export class SleepWatch {
  private last: { wall: number; lived: number } | null = null;

  /** @param clocks Unix seconds, and seconds on a clock that nobody sets */
  constructor(
    private readonly clocks: { wall: () => number; lived: () => number } = {
      wall: () => Date.now() / 1000,
      lived: () => performance.now() / 1000,
    },
  ) {}

  /**
   * To be called every second or so.
   *
   * @param longest what may have passed since the last call (s), whatever was done in between
   * @returns the gap since the last call; null where there was none
   */
  look(longest = LONGEST_LOOK_SECONDS): Gap | null {
    const now = { wall: this.clocks.wall(), lived: this.clocks.lived() };
    const { last } = this;
    this.last = now;
    if (last === null) return null;
    const [passed, lived] = [now.wall - last.wall, now.lived - last.lived];
    const slept = passed - lived >= LEAST_GAP_SECONDS || passed >= longest;
    return slept ? { from: last.wall, to: now.wall } : null;
  }
}

/** The event of a run that a gap is. @param minuteAt the run's clock (fractional demo minute) at a Unix second */
export function sleptEvent(
  { from, to }: Gap,
  minuteAt: (now: number) => number,
): Required<Pick<RunEvent, 'minute' | 'text' | 'slept'>> {
  const [first, last] = [from, to].map((at) => Math.max(0, Math.floor(minuteAt(at)))) as [number, number];
  const seconds = Math.round(to - from);
  return {
    minute: first,
    text: `${STOOD_STILL} for ${duration(seconds * 1000)}`,
    slept: { fromMinute: first, toMinute: last, seconds },
  };
}

type Facts = Pick<RunFacts, 'events' | 'ranOn'>;

/** When the machine that the shop runs on slept: of a cluster's shop only who watched it did. */
function sleeps({ events, ranOn }: Facts): NonNullable<RunEvent['slept']>[] {
  return ranOn === null || ranOn === 'local' ? events.flatMap(({ slept }) => slept ?? []) : [];
}

/** The demo minutes through which the machine slept, whole or in part. What was seen of them says nothing of the shop. */
export function sleptMinutes(facts: Facts): ReadonlySet<number> {
  return new Set(
    sleeps(facts).flatMap(({ fromMinute, toMinute }) =>
      Array.from({ length: toMinute - fromMinute + 1 }, (_, index) => fromMinute + index),
    ),
  );
}

/** That it slept, for a person; null when it did not. */
export function sleptText(facts: Facts): string | null {
  const found = sleeps(facts);
  if (found.length === 0) return null;
  const seconds = found.reduce((sum, each) => sum + each.seconds, 0);
  const minutes = found.map(({ fromMinute, toMinute }) =>
    fromMinute === toMinute ? `minute ${fromMinute}` : `minutes ${fromMinute} to ${toMinute}`,
  );
  return `${STOOD_STILL} for ${duration(seconds * 1000)} (${minutes.join(', ')})`;
}
