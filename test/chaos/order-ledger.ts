import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** How a checkout of the ledger ended. */
interface Entry {
  /** Unix ms of the answer. */
  at: number;
  /** HTTP status; 0: no answer. */
  status: number;
  orderId: string | null;
}

/** An order takes at most this long (ms): longer than the shop makes anybody wait. */
const PATIENCE_MS = 10_000;

/**
 * A customer of its own, who knows nothing of the shop's insides: places an order every so often whatever happens to
 * the ones before, and writes down what was answered. What it was promised must be in the database afterwards.
 */
export class OrderLedger {
  readonly entries: Entry[] = [];
  private readonly open = new Set<Promise<void>>();
  private running = true;
  private readonly loop: Promise<void>;

  constructor(
    private readonly shopUrl: string,
    everyMs: number,
  ) {
    this.loop = this.order(everyMs);
  }

  /** Ids of the orders that were answered with 200. */
  get promised(): string[] {
    return this.entries.flatMap(({ status, orderId }) =>
      status === 200 && orderId !== null ? [orderId] : [],
    );
  }

  /** Counts of answers by status since a moment (Unix ms). */
  statuses(since = 0): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { status } of this.entries.filter(({ at }) => at >= since))
      counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /** When the last checkout failed since a moment (Unix ms); null when none did. A declined card is no failure. */
  lastFailure(since: number): number | null {
    return (
      this.entries.findLast(({ at, status }) => at >= since && status !== 200 && status !== 402)?.at ?? null
    );
  }

  /** Stops ordering and waits for the answers that are owed. */
  async stop(): Promise<void> {
    this.running = false;
    await this.loop;
    await Promise.all(this.open);
  }

  private async order(everyMs: number): Promise<void> {
    while (this.running) {
      const one = this.place().finally(() => this.open.delete(one));
      this.open.add(one);
      await delay(everyMs);
    }
  }

  private async place(): Promise<void> {
    let status: number;
    let orderId: string | null = null;
    try {
      const response = await fetch(`${this.shopUrl}/api/checkout`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          user_id: 'ledger',
          cart_id: `ledger-${randomUUID()}`,
          items: [{ product_id: 42, quantity: 1 }],
        }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      status = response.status;
      const body = (await response.json()) as { order_id?: unknown };
      if (typeof body.order_id === 'string') orderId = body.order_id;
    } catch {
      status = 0;
    }
    this.entries.push({ at: Date.now(), status, orderId });
  }
}
