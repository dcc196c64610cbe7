import type { Arrival, ArrivalSequence, NumberAt, RateSchedule } from './arrival';
import type { Clock } from './clock';

/** A start this much after its time counts as late (ms): the event loop was held up. */
export const LATE_AFTER_MS = 20;
/** A start this overdue is dropped instead (ms): by then the customer it stands for would belong to another moment. */
export const DROP_AFTER_MS = 1_000;
/** After standing still this long (ms; SIGSTOP, a sleeping laptop) the timetable is taken up again at once. */
export const GAP_AFTER_MS = 60_000;
/** Longest sleep between looks at the clock (ms), so that a step of the wall clock is noticed. */
const LONGEST_SLEEP_MS = 1_000;

export type DropReason = 'overdue' | 'in_flight' | 'missed';
/** Whose an arrival is where several share a timetable; `unsettled` until that is known. */
export type Turn = 'mine' | 'other' | 'unsettled';

/** What a cohort does with its timetable. `Job` is what it makes of an arrival. */
export interface ScheduleEvents<Job> {
  turnOf: (arrival: Arrival) => Turn;
  /** Where a timetable that several share stands; null where it is only this one's. */
  numberAt: NumberAt | null;
  /** Called once for every arrival of its own, before it is decided whether it starts. */
  onScheduled: (arrival: Arrival) => Job;
  /** Starts it. The promise ends with the journey and must not reject. */
  onStart: (job: Job, lagMs: number) => Promise<void>;
  onDropped: (job: Job, reason: DropReason) => void;
  /** The process stood still so long (ms), or the clock was set back (0), that the timetable was taken up anew. */
  onGap: (gapMs: number) => void;
}

/**
 * Starts one cohort's journeys on time, whatever the answers do (open model). A start that comes late, because the
 * event loop was held up, is counted and made good at no less than half the usual distance, so never in a burst;
 * one more than a second overdue, or beyond the in-flight cap, is dropped and counted.
 */
export class CohortScheduler<Job> {
  /** Journeys started and not yet ended. */
  inFlight = 0;
  private cancelTimer: (() => void) | null = null;
  private lastScheduled: number | null = null;
  private lastStart = -Infinity;
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly sequence: ArrivalSequence,
    private readonly events: ScheduleEvents<Job>,
    private readonly maxInFlight: number,
  ) {}

  /** Follows another schedule from now on; what is under way and what is due stay. */
  change(schedule: RateSchedule): void {
    this.sequence.change(schedule, this.clock.now(), this.events.numberAt);
    this.wake();
  }

  /** Starts nothing more. Journeys under way go on. */
  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  /** Looks at the clock: starts what is due, and sleeps until the next. */
  wake(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    if (this.stopped) return;
    const delay = this.startDue();
    this.cancelTimer = this.clock.after(Math.min(delay, LONGEST_SLEEP_MS), () => this.wake());
  }

  /** Starts what is due; returns how long to sleep then (ms). */
  private startDue(): number {
    for (;;) {
      const now = this.clock.now();
      const next = this.sequence.peek();
      if (next === null) return LONGEST_SLEEP_MS;
      const lag = now - next.time;
      const clockWentBack = this.lastScheduled !== null && this.lastScheduled - now > DROP_AFTER_MS;
      if (lag > GAP_AFTER_MS || clockWentBack) {
        this.skip(now, clockWentBack ? 0 : lag);
        continue;
      }
      if (lag < -LONGEST_SLEEP_MS) return -lag;
      const turn = this.events.turnOf(next);
      if (turn === 'other') {
        this.sequence.take();
        continue;
      }
      if (lag < 0) return -lag;
      // Who settles it wakes it.
      if (turn === 'unsettled') return LONGEST_SLEEP_MS;
      if (lag > DROP_AFTER_MS) {
        this.events.onDropped(this.accept(next), 'overdue');
        continue;
      }
      const earliest = this.earliest(next);
      if (earliest > now) return earliest - now;
      this.lastStart = spacingBase(Math.max(next.time, earliest), now);
      this.launch(this.accept(next), lag);
    }
  }

  private accept(arrival: Arrival): Job {
    this.sequence.take();
    this.lastScheduled = arrival.time;
    return this.events.onScheduled(arrival);
  }

  /** When an arrival may start at the earliest: half an interval after the one before it. */
  private earliest(arrival: Arrival): number {
    const gap = this.lastScheduled === null ? 0 : arrival.time - this.lastScheduled;
    return this.lastStart + gap / 2;
  }

  private launch(job: Job, lagMs: number): void {
    if (this.inFlight >= this.maxInFlight) {
      this.events.onDropped(job, 'in_flight');
      return;
    }
    this.inFlight += 1;
    void this.events.onStart(job, lagMs).finally(() => {
      this.inFlight -= 1;
    });
  }

  private skip(now: number, gapMs: number): void {
    this.sequence.skipTo(now, this.events.numberAt);
    this.lastScheduled = null;
    this.lastStart = -Infinity;
    this.events.onGap(gapMs);
  }
}

/**
 * From when on the distance to the next start is measured: from when this one was allowed, as long as the timer was
 * only a little late (else, on a busy machine, each wake-up's delay would add up and the load fall behind its
 * rate); after a real stall from now.
 */
function spacingBase(allowed: number, now: number): number {
  return now - allowed <= LATE_AFTER_MS ? allowed : now;
}
