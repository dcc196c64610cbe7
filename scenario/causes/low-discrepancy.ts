/** The fractional part of the golden ratio: its multiples fill [0, 1) most evenly (additive recurrence). */
const GOLDEN = 0.618_033_988_749_894_9;

/** Number `index` of the golden-ratio sequence, in [0, 1): any share of it is met within a few dozen numbers. */
export function lowDiscrepancy(index: number): number {
  return (index * GOLDEN) % 1;
}

/** A fixed number in [0, 1) for each whole number, as if drawn: for choices that must not keep step with anything. */
export function scattered(index: number): number {
  // The finalizer of murmur3, over multiples of the golden ratio.
  let value = Math.imul(index + 1, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
