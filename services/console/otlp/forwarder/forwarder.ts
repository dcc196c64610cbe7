import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SIGNALS, type Signal } from '../signals';
import type { Answer, Sender } from './answer';
import { backoffMs } from './backoff';
import { inProtobuf, type Payload } from './payload';
import { BoundedQueue, type Queued } from './queue';
import { messageOf } from '../../../lib/errors';

const zip = promisify(gzip);

/** A batch goes when it is this large before compression (bytes): a quarter of what a gRPC server takes by default. */
const BATCH_BYTES = 1024 * 1024;
/** So many are under way at once: three signals a second at an end point that takes ten seconds. */
const MAX_UNDER_WAY = 32;
/** Compressed; at scale 1 some ten minutes of telemetry. */
const QUEUE_BYTES = 32 * 1024 * 1024;
/** Older telemetry no back end takes for what is happening now (ms). */
const QUEUE_AGE_MS = 10 * 60_000;

export interface ForwarderOptions {
  /** As /health shows it. */
  endpoint: string;
  sender: Sender;
  /** Unix ms. */
  now?: () => number;
  /** From 0 to 1. */
  random?: () => number;
  bounds?: { bytes: number; ageMs: number };
}

/** What the end point said last of a signal. */
export interface ForwardAnswer {
  /** HTTP status, or gRPC's nearest to it; null when there was no answer. */
  status: number | null;
  /** null when it took it. */
  error: string | null;
  /** Unix ms. */
  at: number;
}

/** A text whose URLs tell neither a user, nor a password, nor a query: keys are put into all of them. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(https?:\/\/)(?:[^\s/?#]*@)?([^\s?#]*)(?:[?#]\S*)?/g, '$1$2');
}

interface OpenBatch {
  parts: Uint8Array[];
  bytes: number;
  since: number;
}

/**
 * Passes payloads on to another OTLP end point: in protobuf, several payloads to a batch, batches gzipped and sent side
 * by side. What fails and may succeed later is kept and tried again, one at a time, until the end point is back; what
 * can't succeed is not. Never blocks and never grows: beyond the queue's bounds the oldest is let go and counted.
 */
export class Forwarder {
  private readonly open: Partial<Record<Signal, OpenBatch>> = {};
  private readonly queue: BoundedQueue;
  private underWay = 0;
  private notBefore = 0;
  private failures = 0;
  private forwarded = 0;
  private lost = 0;
  private refused = 0;
  private rejectedRecords = 0;
  private lastError: string | null = null;
  private readonly answers: Partial<Record<Signal, ForwardAnswer>> = {};
  private readonly now: () => number;
  private readonly random: () => number;
  /** Encoding in the order of arrival. */
  private encoding: Promise<void> = Promise.resolve();

  constructor(private readonly options: ForwarderOptions) {
    this.now = options.now ?? Date.now;
    // eslint-disable-next-line no-restricted-properties -- jitter of a retry, no outcome
    this.random = options.random ?? Math.random;
    this.queue = new BoundedQueue(options.bounds ?? { bytes: QUEUE_BYTES, ageMs: QUEUE_AGE_MS });
  }

  /** Takes a payload. */
  offer(payload: Payload): void {
    const since = this.now();
    this.encoding = this.encoding.then(async () => {
      try {
        const part = await inProtobuf(payload);
        const batch = (this.open[payload.signal] ??= { parts: [], bytes: 0, since });
        batch.parts.push(part);
        batch.bytes += part.length;
        if (batch.bytes >= BATCH_BYTES) await this.seal(payload.signal);
      } catch (error) {
        this.refused += 1;
        this.lastError = `${payload.signal}: ${messageOf(error)}`;
      }
    });
  }

  /** Closes the open batches and sends what is due. Called by a timer, each second. */
  async pump(): Promise<void> {
    this.encoding = this.encoding.then(async () => {
      for (const signal of SIGNALS) await this.seal(signal);
    });
    await this.encoding;
    this.lost += this.queue.expire(this.now());
    this.sendDue();
  }

  /** Sends what there is, if the end point is there, and lets the rest go. */
  async close(): Promise<void> {
    await this.pump();
    await this.options.sender.close();
  }

  /** Requests in protobuf are joined by writing one behind the other: their only field is a list. */
  private async seal(signal: Signal): Promise<void> {
    const batch = this.open[signal];
    if (batch === undefined) return;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of three names
    delete this.open[signal];
    const gzipped = await zip(Buffer.concat(batch.parts));
    this.lost += this.queue.push({ signal, gzipped, payloads: batch.parts.length, since: batch.since });
  }

  private sendDue(): void {
    // While it fails one batch asks whether the end point is back.
    const most = this.failures > 0 ? 1 : MAX_UNDER_WAY;
    while (this.underWay < most && this.now() >= this.notBefore) {
      const next = this.queue.shift();
      if (next === undefined) return;
      this.underWay += 1;
      void this.options.sender.send(next).then((answer) => {
        this.underWay -= 1;
        this.take(next, answer);
        this.sendDue();
      });
    }
  }

  private take(batch: Queued, answer: Answer): void {
    const { signal, payloads } = batch;
    const reason = withoutCredentials(answer.reason);
    this.answers[signal] = {
      status: answer.status,
      error: answer.kind === 'taken' ? null : reason,
      at: this.now(),
    };
    if (answer.kind === 'later') {
      // All that were under way when it went away fail together: that is one failure.
      if (this.now() >= this.notBefore) this.failures += 1;
      const wait = answer.retryAfterMs ?? backoffMs(this.failures, this.random());
      this.notBefore = Math.max(this.notBefore, this.now() + wait);
      this.lastError = `${signal}: ${reason}`;
      this.queue.putBack(batch);
      return;
    }
    this.failures = 0;
    if (answer.kind === 'refused') {
      this.refused += payloads;
      this.lastError = `${signal}: ${reason}`;
      return;
    }
    this.forwarded += payloads;
    this.rejectedRecords += answer.rejected;
    this.lastError = answer.rejected > 0 ? `${signal}: ${reason}` : null;
  }

  /** For /health. Payloads are counted, but for `rejectedRecords`. */
  status(): Record<string, unknown> {
    const { oldestSince } = this.queue;
    return {
      endpoint: withoutCredentials(this.options.endpoint),
      queued: this.queue.payloads,
      queuedBytes: this.queue.bytes,
      oldestSeconds: oldestSince === null ? null : Math.round((this.now() - oldestSince) / 1000),
      underWay: this.underWay,
      forwarded: this.forwarded,
      // Let go by the queue, because there was no answer for too long.
      lost: this.lost,
      // Not taken, and never will be.
      refused: this.refused,
      rejectedRecords: this.rejectedRecords,
      dropped: this.lost + this.refused,
      lastError: this.lastError,
      answers: this.answers,
    };
  }
}
