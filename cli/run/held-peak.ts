import { paused } from '../../scenario/override/change';
import { HOLD_SECONDS } from '../../scenario/override/lease';
import { Refusal } from '../../machine/errors';
import type { Output } from '../../machine/terminal';
import type { RunControls } from '../control/run-controls';
import type { Conductor } from '../target/conductor';
import { announce, TALK_HOLD_SECONDS } from './talk';

/** How often a paused run is kept from expiring (s). */
const PROLONG_EVERY_SECONDS = 30;

/** Holds a talk at its peak until somebody asks for the heal, and keeps what is paused from expiring. */
export class HeldPeak {
  private heldSince: number | null = null;
  private prolongedAt = 0;
  private requested = false;

  /** @param peakMinute the minute at which the run is held; null: never */
  constructor(
    private readonly peakMinute: number | null,
    private readonly conductor: Pick<Conductor, 'change'>,
    private readonly controls: Pick<RunControls, 'prolong'>,
    private readonly output: Output,
  ) {}

  /** Whether the run is held. */
  get isHeld(): boolean {
    return this.heldSince !== null;
  }

  /** Asks for the heal; says why not while nothing is held. */
  heal(): void {
    if (this.isHeld) this.requested = true;
    else this.output.line('Nothing is held yet: h heals at the peak, a aborts now.');
  }

  /**
   * To be called at each look at the run.
   *
   * @param minute of the run's clock
   * @param now Unix seconds
   * @returns whether the heal was asked for
   */
  async look(minute: number, now: number): Promise<boolean> {
    try {
      if (this.peakMinute !== null && !this.isHeld && minute >= this.peakMinute) await this.hold(now);
      if (now - this.prolongedAt >= PROLONG_EVERY_SECONDS) {
        this.prolongedAt = now;
        await this.controls.prolong();
      }
    } catch (error) {
      // The monitor tells when the database is away; the next look tries again.
      if (!(error instanceof Refusal)) return this.requested;
    }
    if (this.heldSince !== null && now - this.heldSince > TALK_HOLD_SECONDS) {
      this.output.line(`The peak was held for ${TALK_HOLD_SECONDS / 60} minutes: healing.`);
      this.requested = true;
    }
    return this.requested;
  }

  private async hold(now: number): Promise<void> {
    await this.conductor.change((run) => paused(run, now, HOLD_SECONDS.attended));
    this.heldSince = now;
    this.prolongedAt = now;
    announce(
      'The peak is held',
      'Heal when you have shown it: key h here, npm run demo -- heal elsewhere, or in the console.',
      this.output,
    );
  }
}
