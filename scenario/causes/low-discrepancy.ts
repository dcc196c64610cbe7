/** The fractional part of the golden ratio: its multiples fill [0, 1) most evenly (additive recurrence). */
const GOLDEN = 0.618_033_988_749_894_9;

/** One over the plastic ratio: the step of a second sequence that goes its own way beside the golden one. */
export const PLASTIC = 0.754_877_666_246_692_7;

/**
 * Number `index` of a sequence in [0, 1) of which any share is met within a few dozen numbers.
 *
 * @param step of the sequence: a second choice for the same numbers takes another
 */
export function lowDiscrepancy(index: number, step = GOLDEN): number {
  return (index * step) % 1;
}

/** A fixed number in [0, 1) for each whole number, as if drawn: for choices that must not keep step with anything. */
export function scattered(index: number): number {
  // The finalizer of murmur3, over multiples of the golden ratio.
  let value = Math.imul(index + 1, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
