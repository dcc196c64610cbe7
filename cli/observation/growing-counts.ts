/**
 * Counts that only grow, kept over restarts of who counts: where the first of them is smaller than before, all of them
 * are a new life's.
 */
export class GrowingCounts<K extends string> {
  private last: Readonly<Record<K, number>> | null = null;
  private readonly grown: Record<K, number>;
  restarts = 0;

  constructor(private readonly keys: readonly [first: K, ...others: K[]]) {
    this.grown = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  }

  /** Takes in the counts as they are now. @returns their growth since the first look */
  look(now: Readonly<Record<K, number>>): Record<K, number> {
    const { last, keys, grown } = this;
    this.last = now;
    if (last === null) return this.total;
    const anew = now[keys[0]] < last[keys[0]];
    if (anew) this.restarts += 1;
    for (const key of keys) grown[key] += anew ? now[key] : now[key] - last[key];
    return this.total;
  }

  /** Growth since the first look. */
  get total(): Record<K, number> {
    return { ...this.grown };
  }
}
