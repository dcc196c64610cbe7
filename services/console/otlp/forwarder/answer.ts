import type { Signal } from '../signals';

/** What an end point said to a batch, or that it said nothing. */
export type Answer =
  /** It has it. @property rejected records that it did not take, and why */
  | { kind: 'taken'; status: number; rejected: number; reason: string }
  /** It may take it later. @property retryAfterMs as it asks for; null: as we see fit */
  | { kind: 'later'; status: number | null; reason: string; retryAfterMs: number | null }
  /** It will never take it. */
  | { kind: 'refused'; status: number; reason: string };

/** What is sent: one request in protobuf, gzipped. */
export interface Batch {
  signal: Signal;
  gzipped: Buffer;
}

/** Sends batches to an end point; an implementation for each protocol. */
export interface Sender {
  /** Never rejects. */
  send: (batch: Batch) => Promise<Answer>;
  close: () => Promise<void>;
}

export interface SenderOptions {
  endpoint: string;
  /** Sent with each batch, e.g. an authorization. */
  headers: Readonly<Record<string, string>>;
  /** Certificates (PEM) to believe besides the system's; null: none. */
  ca: string | null;
}

/** How long an answer may take (ms): a slow end point that has what it was sent must not get it twice. */
export const ANSWER_WITHIN_MS = 30_000;
