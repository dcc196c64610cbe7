import { RunMinutes } from '../../lib/run-minutes';

/** A pool at one moment; null where no such metric has come. */
export interface PoolSample {
  used: number | null;
  /** Requests that wait for a connection. */
  pending: number | null;
  max: number | null;
}

/** A pool within one demo minute, from samples a second apart. */
export interface PoolMinute {
  samples: number;
  /** Means over the samples. */
  used: number;
  waiting: number;
  waitingPeak: number;
  max: number;
}

/** What the outage's pool did in each demo minute. Bounded: the newest runs, the newest minutes of each. */
export class PoolMinutes {
  private readonly runs = new RunMinutes<null, PoolMinute>();

  /** Takes one sample of the pool while the run's clock shows `minute` (whole). */
  sample(runId: string, minute: number, pool: PoolSample): void {
    const run = this.runs.open(runId, () => null);
    const kept = this.runs.minute(run, minute, () => ({
      samples: 0,
      used: 0,
      waiting: 0,
      waitingPeak: 0,
      max: 0,
    }));
    if (kept === null) return;
    kept.samples += 1;
    kept.used += ((pool.used ?? 0) - kept.used) / kept.samples;
    kept.waiting += ((pool.pending ?? 0) - kept.waiting) / kept.samples;
    kept.waitingPeak = Math.max(kept.waitingPeak, pool.pending ?? 0);
    kept.max = pool.max ?? kept.max;
  }

  /** This run is in force: it stays. */
  holdRun(runId: string): void {
    this.runs.hold(runId);
  }

  /** A run's minutes by number; empty for an unknown run. */
  minutes(runId: string): ReadonlyMap<number, PoolMinute> {
    return this.runs.get(runId)?.minutes ?? new Map<number, PoolMinute>();
  }
}
