/** Runs kept, newest first. */
const MAX_RUNS = 3;
/** Demo minutes kept of one run, the newest ones. */
const MAX_MINUTES = 240;

/** One run: what is kept of it as a whole, and by demo minute. */
export interface RunEntry<R, M> {
  runId: string;
  whole: R;
  minutes: Map<number, M>;
}

/** Something kept for the newest runs and, of each, for its newest demo minutes: bounded whatever arrives. */
export class RunMinutes<R, M> {
  private readonly runs = new Map<string, RunEntry<R, M>>();
  private inForce: string | null = null;

  /** @param forgotten called with a minute that makes room for a newer one */
  constructor(private readonly forgotten: (whole: R, minute: M) => void = () => undefined) {}

  /** This run is never forgotten in favour of others, whatever they call themselves. */
  hold(runId: string): void {
    this.inForce = runId;
  }

  /** The run of that id, begun if it is new; the oldest one that is not in force goes when there are too many. */
  open(runId: string, begin: () => R): RunEntry<R, M> {
    const known = this.runs.get(runId);
    if (known !== undefined) return known;
    const run: RunEntry<R, M> = { runId, whole: begin(), minutes: new Map() };
    this.runs.set(runId, run);
    const oldest = [...this.runs.keys()].find((id) => id !== this.inForce);
    if (this.runs.size > MAX_RUNS && oldest !== undefined) this.runs.delete(oldest);
    return run;
  }

  /** A minute of a run, begun if it is new; null for one older than those kept. */
  minute(run: RunEntry<R, M>, minute: number, begin: () => M): M | null {
    const known = run.minutes.get(minute);
    if (known !== undefined) return known;
    if (run.minutes.size >= MAX_MINUTES) {
      const oldest = Math.min(...run.minutes.keys());
      if (minute < oldest) return null;
      const gone = run.minutes.get(oldest);
      run.minutes.delete(oldest);
      if (gone !== undefined) this.forgotten(run.whole, gone);
    }
    const begun = begin();
    run.minutes.set(minute, begun);
    return begun;
  }

  get(runId: string): RunEntry<R, M> | null {
    return this.runs.get(runId) ?? null;
  }

  /** Newest first. */
  newestFirst(): RunEntry<R, M>[] {
    return [...this.runs.values()].reverse();
  }

  /** A run's minutes in order; empty for an unknown run. */
  minutesOf(runId: string): [number, M][] {
    return [...(this.runs.get(runId)?.minutes ?? [])].sort(([a], [b]) => a - b);
  }

  get size(): number {
    return this.runs.size;
  }
}
