import type { Request, RequestHandler, Response, Router } from 'express';
import { mediaTypeOf } from '../../lib/requests/request-form';
import { answerError, answerExport } from './answer';
import { contentOf, readBody } from './body';
import { decodeLogs, decodeMetrics, decodeSpans, type Outcome, type SpanGate } from './decode';
import type { Forwarder } from './forwarder/forwarder';
import { IncomingBodies } from './incoming-bodies';
import { MalformedTelemetry } from './malformed';
import type { LogRecord, MetricPoint, SpanRecord } from './records';
import { RefusedBody } from './refused-body';
import type { Encoding } from './request';
import { SIGNALS, type Signal } from './signals';

/** Where decoded telemetry goes. */
export interface TelemetrySink {
  readonly gate?: SpanGate;
  addSpans(spans: readonly SpanRecord[]): void;
  addMetrics(points: readonly MetricPoint[]): void;
  addLogs(records: readonly LogRecord[]): void;
}

/** A body must be whole so long after its request began (ms). */
const BODY_DEADLINE_MS = 10_000;
/** Whole bodies that are unzipped and decoded at once; more senders are answered to come back. */
const MAX_WHOLE_BODIES = 16;

/** The OTLP/HTTP end points `POST /v1/{traces,metrics,logs}`, JSON and protobuf, plain or gzipped. */
export class OtlpReceiver {
  private readonly bodies = new IncomingBodies();
  private whole = 0;
  readonly counts = {
    requests: 0,
    malformed: 0,
    refused: 0,
    rejectedItems: 0,
    items: { traces: 0, metrics: 0, logs: 0 },
  };

  /** @param deadline of one body, from now on */
  constructor(
    private readonly sink: TelemetrySink,
    private readonly forwarder: Pick<Forwarder, 'offer'> | null,
    private readonly deadline: () => AbortSignal = () => AbortSignal.timeout(BODY_DEADLINE_MS),
  ) {}

  /** Mounts the end points; other methods get 405. */
  mount(router: Router): void {
    for (const signal of SIGNALS) {
      router.post(`/v1/${signal}`, this.handler(signal));
      router.all(`/v1/${signal}`, (_request, response) => {
        response.set('allow', 'POST');
        answerError(response, 'json', 405, 'OTLP is sent by POST');
      });
    }
  }

  private handler(signal: Signal): RequestHandler {
    return async (request, response) => {
      this.counts.requests += 1;
      const encoding = encodingOf(request);
      try {
        if (encoding === null) {
          throw new RefusedBody(
            415,
            `content-type ${request.headers['content-type'] ?? '(none)'} is not OTLP: send application/json or application/x-protobuf`,
          );
        }
        await this.receive(signal, encoding, request, response);
      } catch (error) {
        if (error instanceof MalformedTelemetry) {
          this.counts.malformed += 1;
          answerError(response, encoding ?? 'json', 400, error.message);
        } else if (error instanceof RefusedBody) {
          this.refuse(request, response, encoding ?? 'json', error);
        } else {
          throw error;
        }
      }
    };
  }

  private async receive(
    signal: Signal,
    encoding: Encoding,
    request: Request,
    response: Response,
  ): Promise<void> {
    const body = await readBody(request, this.bodies, this.deadline());
    // Only a whole body takes a place: those that trickle in keep nobody waiting.
    if (this.whole >= MAX_WHOLE_BODIES) throw new RefusedBody(503, 'too many exports at once');
    this.whole += 1;
    try {
      const outcome = this.decode(signal, await contentOf(body), encoding);
      this.counts.items[signal] += outcome.taken;
      this.counts.rejectedItems += outcome.rejected;
      answerExport(response, encoding, signal, outcome);
      const contentType = request.headers['content-type'] ?? '';
      if (outcome.rejected === 0) {
        const { raw, contentEncoding } = body;
        this.forwarder?.offer({ signal, contentType, contentEncoding, body: raw });
      } else if (this.forwarder !== null && outcome.taken > 0) {
        const good = outcome.good();
        if (good !== null) this.forwarder.offer({ signal, contentType, contentEncoding: null, body: good });
      }
    } finally {
      this.whole -= 1;
    }
  }

  private decode(signal: Signal, content: Buffer, encoding: Encoding): Outcome {
    const { sink } = this;
    if (signal === 'metrics') return decodeMetrics(content, encoding, (points) => sink.addMetrics(points));
    if (signal === 'logs') return decodeLogs(content, encoding, (records) => sink.addLogs(records));
    const gate = sink.gate ?? null;
    const began = performance.now();
    try {
      const asked = gate?.takesAll === false ? gate : null;
      return decodeSpans(content, encoding, (spans) => sink.addSpans(spans), asked);
    } finally {
      gate?.spent(performance.now() - began);
    }
  }

  private refuse(request: Request, response: Response, encoding: Encoding, reason: RefusedBody): void {
    this.counts.refused += 1;
    if (reason.hangUp) {
      response.set('connection', 'close');
      response.once('finish', () => request.destroy());
    } else {
      // The rest of the body is read and thrown away: a connection closed in its middle would lose the answer.
      request.resume();
    }
    answerError(response, encoding, reason.status, reason.message);
  }
}

function encodingOf(request: Request): Encoding | null {
  const type = mediaTypeOf(request);
  if (type === 'application/json') return 'json';
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  return null;
}
