/** The fractional part of the golden ratio: its multiples fill [0, 1) most evenly (additive recurrence). */
const GOLDEN = 0.618_033_988_749_894_9;
/** The same for pairs in [0, 1)²: powers of the inverse of the plastic number (the sequence R2). */
const PLASTIC = [0.754_877_666_246_692_7, 0.569_840_290_998_053_2] as const;

/** Number `index` of the golden-ratio sequence, in [0, 1): any share of it is met within a few dozen numbers. */
export function lowDiscrepancy(index: number): number {
  return (index * GOLDEN) % 1;
}

/** Number `index` of a sequence of pairs in [0, 1)², as even: for two choices that must not depend on each other. */
export function lowDiscrepancyPair(index: number): [number, number] {
  return [(index * PLASTIC[0]) % 1, (index * PLASTIC[1]) % 1];
}
