import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

let ended = 0;

/** Counts the spans of this process that are to be sent: /health tells it, and a soak holds it against what arrived. */
export const spanCounter: SpanProcessor = {
  onStart: () => undefined,
  onEnd: (span: ReadableSpan) => {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) ended += 1;
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/** Sampled spans that ended since this process started. */
export function spansEnded(): number {
  return ended;
}
