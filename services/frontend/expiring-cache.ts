/** Remembers values by a number for a while, and asks once for what several callers want at the same moment. */
export class ExpiringCache<T> {
  private readonly entries = new Map<number, { value: Promise<T>; expiresAt: number }>();

  /**
   * @param load asks for a value; what it throws reaches every waiting caller and isn't kept
   * @param options.lifetimeMs how long a value counts
   * @param options.maxEntries the oldest entry makes room for a new one
   * @param options.now the clock, ms
   */
  constructor(
    private readonly load: (key: number) => Promise<T>,
    private readonly options: { lifetimeMs: number; maxEntries: number; now: () => number },
  ) {}

  get(key: number): Promise<T> {
    const known = this.entries.get(key);
    if (known && known.expiresAt > this.options.now()) return known.value;
    const value = this.load(key);
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt: this.options.now() + this.options.lifetimeMs });
    this.makeRoom();
    value.catch(() => {
      // Another load may have replaced this one.
      if (this.entries.get(key)?.value === value) this.entries.delete(key);
    });
    return value;
  }

  private makeRoom(): void {
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.options.maxEntries && oldest !== undefined) this.entries.delete(oldest);
  }
}
