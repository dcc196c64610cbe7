import { availability, type ActionName } from '../../scenario/override/availability';
import { jumpFault, minuteOf, movedTo, paused, prolonged, resumed } from '../../scenario/override/change';
import { HOLD_SECONDS } from '../../scenario/override/lease';
import type { ScenarioState } from '../../scenario/state';
import type { Override } from '../../scenario/types';
import { Refusal } from '../../machine/errors';
import type { Conductor } from '../target/conductor';

/** The clock of the run under way, for keys and commands alike. Each resolves with a sentence for a person. */
export class RunControls {
  /**
   * @param holdSeconds after which a paused run ends when nobody prolongs it
   * @param now Unix seconds
   */
  constructor(
    private readonly conductor: Pick<Conductor, 'change'>,
    private readonly holdSeconds: number = HOLD_SECONDS.attended,
    private readonly now: () => number = () => Date.now() / 1000,
  ) {}

  /** Holds the minute. @throws Refusal when no run is under way, or it is paused already */
  async pause(): Promise<string> {
    const run = await this.change('pause', (found) => paused(found, this.now(), this.holdSeconds));
    return `Run ${run.runId} is paused at minute ${this.minuteOf(run)}: the minute is held, traffic goes on.`;
  }

  /** Goes on. @throws Refusal when no run is paused */
  async resume(): Promise<string> {
    const run = await this.change('resume', (found) => resumed(found, this.now()));
    return `Run ${run.runId} goes on at minute ${this.minuteOf(run)}.`;
  }

  /** Puts the clock on a minute. @throws Refusal for one beyond the run's last */
  async goto(minute: number): Promise<string> {
    const run = await this.change('goto', (found) => {
      const fault = jumpFault(found, minute, this.now());
      if (fault !== null) throw new Refusal(`Minute ${minute}: ${fault}.`);
      return movedTo(found, minute, this.now());
    });
    return `Run ${run.runId} is at minute ${this.minuteOf(run)}${run.pausedAt === null ? '' : ', still paused'}.`;
  }

  /** Keeps a paused run from expiring for another while. Does nothing while it runs. */
  async prolong(): Promise<void> {
    await this.conductor.change((found) => prolonged(found, this.now(), this.holdSeconds));
  }

  private change(action: ActionName, change: (run: Override) => Override): Promise<Override> {
    return this.conductor.change((run, state: ScenarioState) => {
      const can = availability(state, this.now())[action];
      if (!can.ok) throw new Refusal(can.why);
      return change(run);
    });
  }

  private minuteOf(run: Override): string {
    return minuteOf(run, this.now()).toFixed(1);
  }
}
