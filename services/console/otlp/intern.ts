/**
 * One copy of each text that occurs again and again (attribute keys, routes, SQL). Two generations of bounded
 * size: what is used survives, what isn't is forgotten.
 */
export class Interner {
  private young = new Map<string, string>();
  private old = new Map<string, string>();

  constructor(private readonly generationSize = 4096) {}

  /** The kept copy of `text`. */
  intern(text: string): string {
    const known = this.young.get(text);
    if (known !== undefined) return known;
    const kept = this.old.get(text) ?? text;
    if (this.young.size >= this.generationSize) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(kept, kept);
    return kept;
  }

  get size(): number {
    return this.young.size + this.old.size;
  }
}
