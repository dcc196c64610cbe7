import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { openJson } from './json-request';
import { decoding, MalformedTelemetry } from './malformed';
import { openProtobuf } from './protobuf-request';
import { cutText, type LogRecord, type MetricPoint, type SpanRecord } from './records';
import type { Encoding, OpenRequest, TextAttribute } from './request';
import { LOGS, METRICS, SPANS, type RecordPath } from './signals';
import { logRecord, metricPoints, sourceOf, spanRecord, type Source } from './to-records';

/** Decides which spans are decoded at all. */
export interface SpanGate {
  /** No span is left out: none is asked for. */
  readonly takesAll: boolean;
  /** @param isVisitors whether it says that it is a person's, by {@link visitors} */
  takes(traceId: string, isVisitors: () => boolean): boolean;
  /** The attribute by which a span says so. */
  readonly visitors: TextAttribute;
  /** So long (ms) the thread was busy with spans: decoding, and what the sink does with them. */
  spent(ms: number): void;
}

/** Whether a span is decoded. */
type Gate = Pick<SpanGate, 'takes' | 'visitors'> | null;

/** What became of a request. */
export interface Outcome {
  /** Records that were taken, those too that the gate left out. */
  taken: number;
  /** Records that are not what they should be, and were left out: the answer to the sender counts them. */
  rejected: number;
  /** What was wrong with the first of them; empty without any. */
  reason: string;
  /** The request without them, in the same encoding; null for one that is nested too deep to be written again. */
  good: () => Buffer | null;
}

/** So many records are handed over at once: only they, of all in a request, are in memory decoded. */
const CHUNK = 256;
const MAX_REASON = 300;

/**
 * Decodes the spans of an ExportTraceServiceRequest, and hands them over in parts.
 *
 * @param gate leaves out spans by their trace, undecoded and so unchecked
 * @throws MalformedTelemetry for a request that is none; then nothing of it counts
 */
export function decodeSpans(
  body: Buffer,
  encoding: Encoding,
  take: (spans: readonly SpanRecord[]) => void,
  gate: Gate = null,
): Outcome {
  return decode(SPANS, body, encoding, (span, source) => [() => spanRecord(span, source)], take, gate);
}

/** The same for the data points of an ExportMetricsServiceRequest. */
export function decodeMetrics(
  body: Buffer,
  encoding: Encoding,
  take: (points: readonly MetricPoint[]) => void,
): Outcome {
  return decode(METRICS, body, encoding, metricPoints, take);
}

/** The same for the records of an ExportLogsServiceRequest. */
export function decodeLogs(
  body: Buffer,
  encoding: Encoding,
  take: (records: readonly LogRecord[]) => void,
): Outcome {
  return decode(LOGS, body, encoding, (record, source) => [() => logRecord(record, source)], take);
}

function decode<Record extends DescMessage, Item>(
  path: RecordPath<Record>,
  body: Buffer,
  encoding: Encoding,
  itemsOf: (message: MessageShape<Record>, source: Source) => (() => Item)[],
  take: (items: readonly Item[]) => void,
  gate: Gate = null,
): Outcome {
  const request: OpenRequest<Record> = encoding === 'json' ? openJson(body, path) : openProtobuf(body, path);
  const rejected = new Set<unknown>();
  const outcome: Outcome = { taken: 0, rejected: 0, reason: '', good: () => request.without(rejected) };
  const reject = (reason: string): void => {
    if (outcome.rejected === 0) outcome.reason = cutText(reason, MAX_REASON);
    outcome.rejected += 1;
  };
  let chunk: Item[] = [];
  const handOver = (): void => {
    outcome.taken += chunk.length;
    take(chunk);
    chunk = [];
  };
  for (const { resource, records } of request.groups) {
    const source = attempt(() => sourceOf(resource()), reject, records.length);
    for (const raw of records) {
      const traceId = gate && request.traceIdOf(raw);
      if (traceId && !gate.takes(traceId, () => request.has(raw, gate.visitors))) {
        outcome.taken += 1;
        continue;
      }
      const items = source && attempt(() => itemsOf(request.decode(raw, reject), source), reject);
      let good = 0;
      for (const read of items ?? []) {
        const item = attempt(read, reject);
        if (item === null) continue;
        good += 1;
        if (chunk.push(item) >= CHUNK) handOver();
      }
      if (items === null || (items.length > 0 && good === 0)) rejected.add(raw);
    }
  }
  handOver();
  return outcome;
}

/** What `read` gives; null when it is malformed, which is counted as often as records are lost by it. */
function attempt<T>(read: () => T, reject: (reason: string) => void, lost = 1): T | null {
  try {
    return decoding(read);
  } catch (error) {
    if (!(error instanceof MalformedTelemetry)) throw error;
    for (let count = 0; count < lost; count += 1) reject(error.message);
    return null;
  }
}
