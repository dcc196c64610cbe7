/** What OpenTelemetry's convention advises for HTTP durations (s). */
const ADVISED = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Bounds of all our histograms of durations (s): the convention's, and finer ones where this shop's outages happen. A
 * wait that ends at its timeout puts almost every request into one bucket, so a quantile is off by up to that bucket's
 * width: 1.5 to 4 s in tenths and up to 6 s in quarters keep it within 5 %.
 */
export const DURATION_BOUNDS: number[] = [
  ...new Set([...ADVISED, 0.001, ...steps(1.5, 4, 0.1), ...steps(4, 6, 0.25)]),
].sort((a, b) => a - b);

/** From `first` to `last`, both included; rounded, so that no bound reads 1.7000000000000002. */
function steps(first: number, last: number, step: number): number[] {
  const count = Math.round((last - first) / step);
  return Array.from({ length: count + 1 }, (_, index) => Number((first + index * step).toFixed(3)));
}
