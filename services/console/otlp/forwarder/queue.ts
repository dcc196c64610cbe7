import type { Batch } from './answer';

/** A batch that waits for its turn. */
export interface Queued extends Batch {
  /** Payloads in it. */
  payloads: number;
  /** When its first payload came (Unix ms). */
  since: number;
}

/**
 * What is not sent yet, oldest first; bounded in bytes and in age. Beyond its bound the oldest goes: what is happening
 * now is worth more to a show than what has been.
 */
export class BoundedQueue {
  private readonly waiting: Queued[] = [];
  bytes = 0;

  constructor(private readonly bounds: { bytes: number; ageMs: number }) {}

  /** Takes a batch. @returns payloads that had to go for it */
  push(batch: Queued): number {
    this.waiting.push(batch);
    this.bytes += batch.gzipped.length;
    return this.dropWhile(() => this.bytes > this.bounds.bytes && this.waiting.length > 1);
  }

  /** Puts one back that could not be sent, in front: it is the oldest. */
  putBack(batch: Queued): void {
    this.waiting.unshift(batch);
    this.bytes += batch.gzipped.length;
  }

  shift(): Queued | undefined {
    const batch = this.waiting.shift();
    if (batch !== undefined) this.bytes -= batch.gzipped.length;
    return batch;
  }

  /** Lets go of what is too old. @returns payloads that went */
  expire(nowMs: number): number {
    return this.dropWhile((oldest) => nowMs - oldest.since > this.bounds.ageMs);
  }

  get payloads(): number {
    return this.waiting.reduce((sum, { payloads }) => sum + payloads, 0);
  }

  /** Since when the oldest waits (Unix ms); null when none does. */
  get oldestSince(): number | null {
    return this.waiting[0]?.since ?? null;
  }

  private dropWhile(goes: (oldest: Queued) => boolean): number {
    let payloads = 0;
    for (let oldest = this.waiting[0]; oldest !== undefined && goes(oldest); oldest = this.waiting[0]) {
      payloads += this.shift()?.payloads ?? 0;
    }
    return payloads;
  }
}
