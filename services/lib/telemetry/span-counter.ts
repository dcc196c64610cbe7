import { TraceFlags } from '@opentelemetry/api';
import { NoopSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';

/** Counts the spans of this process that are to be sent: /health tells it, and a soak holds it against what arrived. */
class SpanCounter extends NoopSpanProcessor {
  /** Sampled spans that ended since this process started. */
  ended = 0;

  override onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.ended += 1;
  }
}

export const spanCounter = new SpanCounter();
