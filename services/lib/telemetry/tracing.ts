import {
  context,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { RELEASE } from './release';

/** The tracer of our own spans. */
export function tracer(): Tracer {
  return trace.getTracer('ecommerce-demo', RELEASE);
}

/**
 * Does `work` within a span of our own.
 *
 * @param failureOf what it is when it throws, as `error.type`; null: an answer, and no error
 */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  failureOf: (error: unknown, span: Span) => string | null,
  parent: Context = context.active(),
): Promise<T> {
  return tracer().startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      const reason = failureOf(error, span);
      if (reason !== null) {
        span.setAttribute('error.type', reason);
        span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
      }
      throw error;
    } finally {
      span.end();
    }
  });
}
