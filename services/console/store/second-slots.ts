/** Seconds a ring remembers. */
export const RING_SECONDS = 80;

/**
 * The last seconds, one slot each, used over and over: which slot a Unix second has, and which slots lie in a window.
 * What is in a slot its owner keeps, in arrays of RING_SECONDS entries.
 */
export class SecondSlots {
  private readonly second = new Float64Array(RING_SECONDS).fill(-1);

  /**
   * The slot of a Unix second.
   * @param clear called when the slot held an older second: what is in it no longer counts
   * @returns null for a second whose slot has a newer one by now
   */
  take(second: number, clear: (slot: number) => void): number | null {
    const slot = second % RING_SECONDS;
    const held = this.second[slot] ?? -1;
    if (held > second) return null;
    if (held < second) {
      this.second[slot] = second;
      clear(slot);
    }
    return slot;
  }

  /** The slots of the Unix seconds [from, to). */
  *within(from: number, to: number): Generator<number> {
    for (let slot = 0; slot < RING_SECONDS; slot += 1) {
      const second = this.second[slot] ?? -1;
      if (second >= from && second < to) yield slot;
    }
  }
}
