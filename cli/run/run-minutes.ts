import { ended } from '../../report/limits';
import type { LoadCounts, ObservedMinute, RunObservation } from '../../report/observation';
import { mergeLoads } from '../observation/replicas';

/**
 * What was seen of a run, kept over a restart of the load generator (which forgets): of a minute that was seen twice
 * the fuller record counts, and the load of its earlier lives is added.
 */
export class RunMinutes {
  private readonly minutes = new Map<number, ObservedMinute>();
  private before = mergeLoads([]);
  private current = mergeLoads([]);

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
    return mergeLoads([this.before, this.current]);
  }
}

function endedOf({ demo, baseline }: ObservedMinute): number {
  return ended(demo) + ended(baseline);
}
