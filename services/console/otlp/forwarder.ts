import type { Signal } from './signals';

/** A payload as it was received. */
export interface Payload {
  signal: Signal;
  contentType: string;
  contentEncoding: 'gzip' | null;
  body: Buffer;
}

/** Sends one payload; resolves with the HTTP status, rejects when there was no answer. */
export type Send = (url: string, headers: Record<string, string>, body: Buffer) => Promise<number>;

export interface ForwarderOptions {
  /** Base URL, `/v1/<signal>` is added. */
  endpoint: string;
  /** Sent with each payload, e.g. an Authorization. */
  headers: Readonly<Record<string, string>>;
  send: Send;
  /** Unix ms. */
  now?: () => number;
  maxItems?: number;
  maxBytes?: number;
}

/** What the end point said last of a signal. */
export interface ForwardAnswer {
  /** HTTP status; null when there was no answer. */
  status: number | null;
  /** null when it took it. */
  error: string | null;
  /** Unix ms. */
  at: number;
}

interface Queued extends Payload {
  attempts: number;
}

/** A text whose URLs tell neither a user, nor a password, nor a query: keys are put into all of them. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(https?:\/\/)(?:[^\s/?#]*@)?([^\s?#]*)(?:[?#]\S*)?/g, '$1$2');
}

/** What OTLP/HTTP tells senders to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_ATTEMPTS = 4;
const RETRY_AFTER_MS = 2000;

/**
 * Passes payloads on to another OTLP end point. Never blocks and never grows: beyond its bounds payloads are dropped
 * and counted. One request is under way at a time, in order.
 */
export class Forwarder {
  private readonly queue: Queued[] = [];
  private bytes = 0;
  private sending = false;
  private notBefore = 0;
  private forwarded = 0;
  private dropped = 0;
  private lastError: string | null = null;
  private readonly answers: Partial<Record<Signal, ForwardAnswer>> = {};
  private readonly now: () => number;
  private readonly maxItems: number;
  private readonly maxBytes: number;

  constructor(private readonly options: ForwarderOptions) {
    this.now = options.now ?? Date.now;
    this.maxItems = options.maxItems ?? 128;
    this.maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
  }

  /** Takes a payload, or drops it when the queue is full. */
  offer(payload: Payload): void {
    if (this.queue.length >= this.maxItems || this.bytes + payload.body.length > this.maxBytes) {
      this.dropped += 1;
      return;
    }
    this.bytes += payload.body.length;
    this.queue.push({ ...payload, attempts: 0 });
    void this.pump();
  }

  /** Sends what is queued, unless a retry is not due yet. Called by `offer` and by a timer. */
  async pump(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const next = this.queue[0];
        if (next === undefined || this.now() < this.notBefore) return;
        if (await this.deliver(next)) {
          this.queue.shift();
          this.bytes -= next.body.length;
        }
      }
    } finally {
      this.sending = false;
    }
  }

  /** False: it stays in the queue for a later try. */
  private async deliver(payload: Queued): Promise<boolean> {
    payload.attempts += 1;
    let retryable = true;
    try {
      const url = `${this.options.endpoint.replace(/\/+$/, '')}/v1/${payload.signal}`;
      const status = await this.options.send(
        url,
        {
          ...this.options.headers,
          'content-type': payload.contentType,
          ...(payload.contentEncoding === null ? {} : { 'content-encoding': payload.contentEncoding }),
        },
        payload.body,
      );
      if (status < 300) {
        this.forwarded += 1;
        this.lastError = null;
        this.answers[payload.signal] = { status, error: null, at: this.now() };
        return true;
      }
      retryable = RETRYABLE.has(status);
      this.refused(payload.signal, status, `HTTP ${String(status)}`);
    } catch (error) {
      this.refused(payload.signal, null, error instanceof Error ? error.message : String(error));
    }
    if (retryable && payload.attempts < MAX_ATTEMPTS) {
      this.notBefore = this.now() + RETRY_AFTER_MS;
      return false;
    }
    this.dropped += 1;
    return true;
  }

  private refused(signal: Signal, status: number | null, error: string): void {
    const told = withoutCredentials(error);
    this.lastError = `${signal}: ${told}`;
    this.answers[signal] = { status, error: told, at: this.now() };
  }

  /** For /health. */
  status(): Record<string, unknown> {
    return {
      endpoint: withoutCredentials(this.options.endpoint),
      queued: this.queue.length,
      queuedBytes: this.bytes,
      forwarded: this.forwarded,
      dropped: this.dropped,
      lastError: this.lastError,
      answers: this.answers,
    };
  }
}
