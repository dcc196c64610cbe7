import type { Request, RequestHandler, Response, Router } from 'express';
import { answerError, answerExport, type RejectedField } from './answer';
import { RefusedBody, readBody } from './body';
import { decodeLogs, decodeMetrics, decodeSpans, type Decoded, type Encoding } from './decode';
import type { Forwarder } from './forwarder';
import type { LogRecord, MetricPoint, SpanRecord } from './records';
import { MalformedTelemetry } from './wire';

export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Where decoded telemetry goes. */
export interface TelemetrySink {
  addSpans(spans: readonly SpanRecord[]): void;
  addMetrics(points: readonly MetricPoint[]): void;
  addLogs(records: readonly LogRecord[]): void;
}

/** Bodies held in memory at once; more senders are told to come back. */
const MAX_CONCURRENT_BODIES = 24;

export interface ReceiverCounts {
  requests: number;
  malformed: number;
  refused: number;
  rejectedItems: number;
  items: Record<Signal, number>;
}

/** The OTLP/HTTP end points `POST /v1/{traces,metrics,logs}`, JSON and protobuf, plain or gzipped. */
export class OtlpReceiver {
  private bodies = 0;
  readonly counts: ReceiverCounts = {
    requests: 0,
    malformed: 0,
    refused: 0,
    rejectedItems: 0,
    items: { traces: 0, metrics: 0, logs: 0 },
  };

  constructor(
    private readonly sink: TelemetrySink,
    private readonly forwarder: Forwarder | null,
  ) {}

  /** Mounts the end points; other methods get 405. */
  mount(router: Router): void {
    const sink = this.sink;
    router.post(
      '/v1/traces',
      this.handler('traces', 'rejectedSpans', decodeSpans, (spans) => {
        sink.addSpans(spans);
      }),
    );
    router.post(
      '/v1/metrics',
      this.handler('metrics', 'rejectedDataPoints', decodeMetrics, (points) => {
        sink.addMetrics(points);
      }),
    );
    router.post(
      '/v1/logs',
      this.handler('logs', 'rejectedLogRecords', decodeLogs, (records) => {
        sink.addLogs(records);
      }),
    );
    router.all(['/v1/traces', '/v1/metrics', '/v1/logs'], (_request, response) => {
      response.set('allow', 'POST');
      answerError(response, 'json', 405, 'OTLP is sent by POST');
    });
  }

  private handler<T>(
    signal: Signal,
    rejectedField: RejectedField,
    decode: (body: Buffer, encoding: Encoding) => Decoded<T>,
    take: (items: readonly T[]) => void,
  ): RequestHandler {
    return async (request, response) => {
      this.counts.requests += 1;
      const encoding = encodingOf(request);
      if (encoding === null) {
        this.refuse(
          request,
          response,
          'json',
          new RefusedBody(
            415,
            `content-type ${request.headers['content-type'] ?? '(none)'} is not OTLP: send application/json or application/x-protobuf`,
          ),
        );
        return;
      }
      if (this.bodies >= MAX_CONCURRENT_BODIES) {
        this.refuse(request, response, encoding, new RefusedBody(503, 'too many exports at once'));
        return;
      }
      this.bodies += 1;
      try {
        const body = await readBody(request);
        const decoded = decode(body.content, encoding);
        take(decoded.items);
        this.counts.items[signal] += decoded.items.length;
        this.counts.rejectedItems += decoded.rejected;
        answerExport(response, encoding, decoded, rejectedField);
        this.forwarder?.offer({
          signal,
          contentType: request.headers['content-type'] ?? '',
          contentEncoding: body.contentEncoding,
          body: body.raw,
        });
      } catch (error) {
        if (error instanceof MalformedTelemetry) {
          this.counts.malformed += 1;
          answerError(response, encoding, 400, error.message);
        } else if (error instanceof RefusedBody) {
          this.refuse(request, response, encoding, error);
        } else {
          throw error;
        }
      } finally {
        this.bodies -= 1;
      }
    };
  }

  private refuse(request: Request, response: Response, encoding: Encoding, reason: RefusedBody): void {
    this.counts.refused += 1;
    // The rest of the body is read and thrown away: a connection closed in its middle would lose the answer.
    request.resume();
    answerError(response, encoding, reason.status, reason.message);
  }
}

function encodingOf(request: Request): Encoding | null {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  return null;
}
