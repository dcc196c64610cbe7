import type { Override } from '../../scenario/types';
import type { Conductor } from '../target/conductor';
import { Refusal } from '../../machine/errors';
import { movedTo, PAUSED_LEASE_SECONDS, paused, resumed } from './override-change';
import { minuteAt } from '../run/run-clock';

/** The clock of the run under way, for keys and commands alike. Each resolves with a sentence for a person. */
export class RunControls {
  /**
   * @param leaseSeconds after which a paused run ends when nobody prolongs it
   * @param now Unix seconds
   */
  constructor(
    private readonly conductor: Pick<Conductor, 'change'>,
    private readonly leaseSeconds: number = PAUSED_LEASE_SECONDS,
    private readonly now: () => number = () => Date.now() / 1000,
  ) {}

  /** Holds the minute. @throws Refusal when no run is under way, or it is paused already */
  async pause(): Promise<string> {
    const run = await this.conductor.change((found) => {
      if (found.pausedAt !== null) throw new Refusal(`Run ${found.runId} is paused already.`);
      return paused(found, this.now(), this.leaseSeconds);
    });
    return `Run ${run.runId} is paused at minute ${this.minuteOf(run)}: the minute is held, traffic goes on.`;
  }

  /** Goes on. @throws Refusal when no run is paused */
  async resume(): Promise<string> {
    const run = await this.conductor.change((found) => {
      if (found.pausedAt === null) throw new Refusal(`Run ${found.runId} is not paused.`);
      return resumed(found, this.now());
    });
    return `Run ${run.runId} goes on at minute ${this.minuteOf(run)}.`;
  }

  /** Puts the clock on a minute. @throws Refusal for one beyond the run's last */
  async goto(minute: number): Promise<string> {
    const run = await this.conductor.change((found) => {
      const last = found.scenario.durationMinutes - 1;
      if (minute > last) throw new Refusal(`Minute ${minute}: run ${found.runId} has minutes 0 to ${last}.`);
      return movedTo(found, minute, this.now());
    });
    return `Run ${run.runId} is at minute ${this.minuteOf(run)}${run.pausedAt === null ? '' : ', still paused'}.`;
  }

  /** Keeps a paused run from expiring for another lease. Does nothing while it runs. */
  async prolong(): Promise<void> {
    await this.conductor.change((found) =>
      found.pausedAt === null
        ? found
        : { ...found, expiresAt: Math.max(found.expiresAt, this.now() + this.leaseSeconds) },
    );
  }

  private minuteOf(run: Override): string {
    return minuteAt({ ...run, minuteSeconds: run.scenario.minuteSeconds }, this.now()).toFixed(1);
  }
}
