import { timeUntil, type RatePiece } from '../../../scenario/rates';

/**
 * When the arrivals of an open-model load start: where the integral of a piecewise-linear rate reaches the
 * next whole number, as k6's arrival-rate executors do. Pure: no clock, no timer, no randomness.
 *
 * Times are Unix milliseconds (fractions allowed), rates are arrivals per minute (60 real seconds).
 */

const MS_PER_MINUTE = 60_000;

/** The piece of the rate that holds at a time (Unix ms): `from <= time < to`, constant where it has no end. */
export type RateSchedule = (time: number) => RatePiece;

/** The integral of the rate up to a time (Unix ms), counted from a moment that all agree on. */
export type NumberAt = (time: number) => number;

export interface Arrival {
  /** Unix ms at which it is due. */
  time: number;
  /** Number of the arrival in the whole load, over all replicas: it is due when the rate's integral reaches the next number. */
  index: number;
}

/** A constant rate. */
export function constantRate(rpm: number): RateSchedule {
  return () => ({ from: -Infinity, to: Infinity, startRpm: rpm, endRpm: rpm });
}

/** Where a load stands: how many arrivals it has had, and how far the next one has come. */
interface Progress {
  /** Up to here the rate has been integrated. */
  time: number;
  /** Number of the next arrival. */
  nextIndex: number;
  /** How much of the integral is missing until it, 0…1. */
  remaining: number;
}

const progressAt = (time: number, arrivalsBefore: number): Progress => {
  const nextIndex = Math.floor(arrivalsBefore);
  return { time, nextIndex, remaining: 1 - (arrivalsBefore - nextIndex) };
};

/** Slope of a piece in arrivals per ms², and the rate at a time in arrivals per ms. */
function linear(piece: RatePiece, time: number): { rate: number; slope: number } {
  if (!Number.isFinite(piece.to) || !Number.isFinite(piece.from)) {
    return { rate: piece.startRpm / MS_PER_MINUTE, slope: 0 };
  }
  const slope = (piece.endRpm - piece.startRpm) / (piece.to - piece.from) / MS_PER_MINUTE;
  return { rate: piece.startRpm / MS_PER_MINUTE + slope * (time - piece.from), slope };
}

/** Arrivals that a schedule has between two times. */
export function arrivalsBetween(schedule: RateSchedule, from: number, to: number): number {
  let total = 0;
  let time = from;
  while (time < to) {
    const piece = schedule(time);
    const end = Math.min(piece.to, to);
    const { rate, slope } = linear(piece, time);
    total += rate * (end - time) + (slope / 2) * (end - time) ** 2;
    time = end;
  }
  return total;
}

/**
 * The arrivals of one load, in order. A change of schedule carries the fraction of the arrival under way over,
 * so neither a minute border nor a new scenario causes a burst or a gap.
 */
export class ArrivalSequence {
  private progress: Progress;
  /** The next arrival once it is known, and where the load stood before it. */
  private pending: { arrival: Arrival; before: Progress } | null = null;

  /**
   * @param schedule the rate
   * @param from Unix ms from which arrivals are wanted
   * @param arrivalsBefore the integral of the rate up to `from`, counted from a moment all replicas agree on; its
   *   fraction is how far the next arrival has come
   */
  constructor(
    private schedule: RateSchedule,
    from: number,
    arrivalsBefore = 0,
  ) {
    this.progress = progressAt(from, arrivalsBefore);
  }

  /** The next arrival, or null when the rate is 0 from now on. The same one until it is taken. */
  peek(): Arrival | null {
    this.pending ??= this.advance(Infinity);
    return this.pending?.arrival ?? null;
  }

  /** Takes the next arrival. */
  take(): Arrival | null {
    const next = this.peek();
    this.pending = null;
    return next;
  }

  /**
   * From `now` on another schedule holds. An arrival already due stays due.
   *
   * @param numberAt where it stands at a time, by a count that others share; null: it goes on from where this one is
   */
  change(schedule: RateSchedule, now: number, numberAt: NumberAt | null = null): void {
    if (this.pending && this.pending.arrival.time > now) {
      this.progress = this.pending.before;
      this.pending = null;
    }
    this.pending ??= this.advance(now);
    this.schedule = schedule;
    if (numberAt) this.progress = progressAt(this.progress.time, numberAt(this.progress.time));
  }

  /**
   * Forgets what was due before `now` (the process stood still, or the clock jumped); the fraction is kept.
   *
   * @param numberAt as in {@link change}
   */
  skipTo(now: number, numberAt: NumberAt | null = null): void {
    if (this.pending) this.progress = this.pending.before;
    this.pending = null;
    this.progress = numberAt ? progressAt(now, numberAt(now)) : { ...this.progress, time: now };
  }

  /** The next arrival; null, with the progress made, when there is none until `limit`. */
  private advance(limit: number): { arrival: Arrival; before: Progress } | null {
    const before = { ...this.progress };
    const arrival = this.step(limit);
    if (arrival !== null) return { arrival, before };
    if (limit === Infinity) this.progress = before;
    return null;
  }

  /** Integrates to the next arrival of the whole load, at most to `limit`; null when there is none by then. */
  private step(limit: number): Arrival | null {
    const state = this.progress;
    while (state.time < limit) {
      const piece = this.schedule(state.time);
      const end = Math.min(piece.to, limit);
      const { rate, slope } = linear(piece, state.time);
      const wait = timeUntil(state.remaining, Math.max(rate, 0), slope);
      if (state.time + wait < end) {
        const arrival = { time: state.time + wait, index: state.nextIndex };
        this.progress = { time: arrival.time, nextIndex: state.nextIndex + 1, remaining: 1 };
        return arrival;
      }
      if (end === Infinity) return null;
      const span = end - state.time;
      state.remaining = Math.max(0, state.remaining - (Math.max(rate, 0) * span + (slope / 2) * span * span));
      state.time = end;
    }
    return null;
  }
}
