import type { PoolState } from '../api/pools';

const MAX_RUNS = 3;
const MAX_MINUTES = 240;

/** A pool within one demo minute, from samples a second apart. */
export interface PoolMinute {
  minute: number;
  samples: number;
  /** Means over the samples. */
  used: number;
  waiting: number;
  waitingPeak: number;
  max: number;
}

interface Kept extends PoolMinute {
  usedSum: number;
  waitingSum: number;
}

interface Run {
  minutes: Map<number, Kept>;
}

/** What the outage's pool did in each demo minute. Bounded: the newest runs, the newest minutes of each. */
export class PoolMinutes {
  private readonly runs = new Map<string, Run>();

  /** Takes one sample of the pool while the run's clock shows `minute` (whole). */
  sample(runId: string, minute: number, pool: PoolState): void {
    const run = this.runOf(runId);
    const kept = run.minutes.get(minute) ?? this.open(run, minute);
    kept.samples += 1;
    kept.usedSum += pool.used ?? 0;
    kept.waitingSum += pool.pending ?? 0;
    kept.waitingPeak = Math.max(kept.waitingPeak, pool.pending ?? 0);
    kept.max = pool.max ?? kept.max;
  }

  private runOf(runId: string): Run {
    let run = this.runs.get(runId);
    if (run === undefined) {
      run = { minutes: new Map() };
      this.runs.set(runId, run);
      const [oldest] = this.runs.keys();
      if (this.runs.size > MAX_RUNS && oldest !== undefined) this.runs.delete(oldest);
    }
    return run;
  }

  private open(run: Run, minute: number): Kept {
    const kept: Kept = {
      minute,
      samples: 0,
      used: 0,
      waiting: 0,
      waitingPeak: 0,
      max: 0,
      usedSum: 0,
      waitingSum: 0,
    };
    run.minutes.set(minute, kept);
    if (run.minutes.size > MAX_MINUTES) run.minutes.delete(Math.min(...run.minutes.keys()));
    return kept;
  }

  /** A run's minutes by number; empty for an unknown run. */
  minutes(runId: string): ReadonlyMap<number, PoolMinute> {
    const minutes = new Map<number, PoolMinute>();
    for (const [minute, { usedSum, waitingSum, ...rest }] of this.runs.get(runId)?.minutes ?? []) {
      minutes.set(minute, { ...rest, used: usedSum / rest.samples, waiting: waitingSum / rest.samples });
    }
    return minutes;
  }
}
