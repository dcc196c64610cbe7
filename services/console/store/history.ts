/** Seconds a history remembers. */
export const HISTORY_SECONDS = 600;

/** One cohort over the ten seconds that end at a point. */
export interface CohortPoint {
  /** Requests a minute. */
  rpm: number;
  /** 0…1; null without requests. */
  errorRate: number | null;
  p95Ms: number | null;
}

/** One second of what the stage shows. */
export interface HistoryPoint {
  /** Unix seconds. */
  at: number;
  /** Demo minute, null outside a run. */
  minute: number | null;
  baseline: CohortPoint;
  demo: CohortPoint;
  /** USD a minute. */
  lostUsdPerMinute: number;
}

/** The last minutes, second by second, at fixed memory. */
export class History {
  private readonly kept: HistoryPoint[] = [];

  add(point: HistoryPoint): void {
    const last = this.kept.at(-1);
    if (last !== undefined && point.at <= last.at) return;
    this.kept.push(point);
    if (this.kept.length > HISTORY_SECONDS) this.kept.shift();
  }

  /** Oldest first. */
  points(): readonly HistoryPoint[] {
    return this.kept;
  }
}
