import type { LoadCounts, ObservedMinute, RunObservation } from '../../report/observation';

const NO_LOAD: LoadCounts = { scheduled: 0, started: 0, dropped: 0, startLagP99Ms: null };

/**
 * What was seen of a run, kept over a restart of the load generator (which forgets): of a minute that was seen twice
 * the fuller record counts, and the load of its earlier lives is added.
 */
export class RunMinutes {
  private readonly minutes = new Map<number, ObservedMinute>();
  private before: LoadCounts = NO_LOAD;
  private current: LoadCounts = NO_LOAD;

  /** Takes in an answer of the load generator. */
  add({ minutes, load }: RunObservation): void {
    if (load.scheduled < this.current.scheduled) this.before = this.load();
    this.current = load;
    for (const minute of minutes) {
      const known = this.minutes.get(minute.minute);
      if (known === undefined || endedOf(minute) >= endedOf(known)) this.minutes.set(minute.minute, minute);
    }
  }

  /** A minute as it was seen last; undefined when it was not. */
  get(minute: number): ObservedMinute | undefined {
    return this.minutes.get(minute);
  }

  /** The load over all minutes; the start lag's p99 is the worse one where the generator was restarted. */
  load(): LoadCounts {
    const lags = [this.before.startLagP99Ms, this.current.startLagP99Ms].filter((lag) => lag !== null);
    return {
      scheduled: this.before.scheduled + this.current.scheduled,
      started: this.before.started + this.current.started,
      dropped: this.before.dropped + this.current.dropped,
      startLagP99Ms: lags.length === 0 ? null : Math.max(...lags),
    };
  }
}

function endedOf({ demo, baseline }: ObservedMinute): number {
  return demo.completed + demo.errors + baseline.completed + baseline.errors;
}
