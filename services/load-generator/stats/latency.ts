import { build, type Histogram } from 'hdr-histogram-js';

/** Longest latency that is counted by itself (ms); everything longer counts as this. */
export const HIGHEST_MS = 60_000;

/** A latency histogram: 1 ms to 60 s, two significant digits, about 5 KB. */
export class Latency {
  private readonly histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_MS,
    numberOfSignificantValueDigits: 2,
    bitBucketSize: 32,
    autoResize: false,
  });

  /** Records a duration (ms); fractions are rounded up, so that "at most" stays true. */
  record(ms: number): void {
    this.histogram.recordValue(Math.min(HIGHEST_MS, Math.max(0, Math.ceil(ms))));
  }

  /** The value (ms) below or at which `percent` of the recorded ones lie; null without any. */
  percentile(percent: number): number | null {
    if (this.histogram.totalCount === 0) return null;
    return Math.min(this.histogram.getValueAtPercentile(percent), this.histogram.maxValue);
  }

  /** Adds another histogram's values. */
  add(other: Latency): void {
    this.histogram.add(other.histogram);
  }
}
