/** The fractional part of the golden ratio: its multiples fill [0, 1) most evenly (additive recurrence). */
const GOLDEN = 0.618_033_988_749_894_9;

/** Number `index` of the golden-ratio sequence, in [0, 1): any share of it is met within a few dozen numbers. */
export function lowDiscrepancy(index: number): number {
  return (index * GOLDEN) % 1;
}
