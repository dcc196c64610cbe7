import type { Clock } from '../../services/load-generator/schedule/clock';

/** A clock that moves when the test says so; timers fire in order, at their time. */
export class FakeClock implements Clock {
  private timers: { at: number; callback: () => void }[] = [];
  private monotonic = 0;

  /**
   * @param offset Unix ms at the beginning
   * @param wakeDelayMs how late every timer fires, as on a busy machine
   */
  constructor(
    private offset = 1_700_000_000_000,
    private readonly wakeDelayMs = 0,
  ) {}

  now(): number {
    return this.offset + this.monotonic;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.monotonic + Math.max(0, delayMs) + this.wakeDelayMs, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass, with every timer on its time. */
  advance(ms: number): void {
    const end = this.monotonic + ms;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.monotonic = Math.max(this.monotonic, next.at);
      next.callback();
    }
    this.monotonic = end;
  }

  /** Time passes and no timer fires: the event loop is held up. */
  stall(ms: number): void {
    this.monotonic += ms;
  }

  /** The wall clock is set (NTP, a person, a laptop that slept); timers don't notice. */
  step(ms: number): void {
    this.offset += ms;
  }
}

/** Lets promises that are settled already be noticed. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}
