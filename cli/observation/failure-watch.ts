import { setTimeout as delay } from 'node:timers/promises';
import type { ShopObserver } from './shop-observer';

const POLL_MS = 500;

/** Notes when the last demo checkout failed, by looking at the total counts. */
export class LastFailure {
  private errors: number | null = null;
  /** When it was (ms, as given to `look`); null when none failed while looked at. */
  at: number | null = null;

  /**
   * @param atMs when the counts were read
   * @param recent failures of the seconds before: with the first look the latest of them counts as of now, since
   *   the way to the load generator may have taken longer than the heal
   */
  look(errors: number, atMs: number, recent = 0): void {
    // A smaller count is a restarted load generator's.
    if (this.errors === null ? recent > 0 : errors > this.errors) this.at = atMs;
    this.errors = errors;
  }
}

/**
 * Looks twice a second for checkouts that fail, until it is stopped; looks that fail are left out (the load generator
 * is away: verifying tells).
 */
export class FailureWatch {
  readonly last = new LastFailure();
  private on = true;
  private readonly watching: Promise<void>;

  constructor(observer: Pick<ShopObserver, 'traffic'>) {
    this.watching = this.watch(observer);
  }

  /** Resolves after the last look. */
  async stop(): Promise<void> {
    this.on = false;
    await this.watching;
  }

  private async watch(observer: Pick<ShopObserver, 'traffic'>): Promise<void> {
    while (this.on) {
      const found = await observer.traffic().catch(() => null);
      if (found !== null) this.last.look(found.demo.errors, performance.now(), found.demo.last10s.errors);
      await delay(POLL_MS);
    }
  }
}
