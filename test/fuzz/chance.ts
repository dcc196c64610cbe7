import { randomInt } from 'node:crypto';

/** Chance that can be had again: the same seed makes the same decisions (mulberry32). */
export class Chance {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  oneOf<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }
}

/** The seed of this run: `FUZZ_SEED`, else a new one. */
export function seedOf(env: NodeJS.ProcessEnv): number {
  const given = Number(env.FUZZ_SEED ?? Number.NaN);
  return Number.isInteger(given) ? given : randomInt(2 ** 31);
}
