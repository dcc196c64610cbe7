import { isSpanContextValid, trace, TraceFlags, type SpanContext } from '@opentelemetry/api';

/** A comment at the end of a statement, by sqlcommenter's rules (https://google.github.io/sqlcommenter/spec/). */
const COMMENT = /\s*\/\*traceparent='(?<traceparent>[^']*)'\*\/$/;

/**
 * Tells PostgreSQL on whose behalf a statement is run, so that who looks into pg_stat_activity finds its trace: the
 * active span's context as a comment. Without a span the statement stays as it is.
 */
export function withTraceparent(
  statement: string,
  active: SpanContext | undefined = trace.getActiveSpan()?.spanContext(),
): string {
  if (active === undefined || !isSpanContextValid(active)) return statement;
  const flags = (active.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  return `${statement} /*traceparent='00-${active.traceId}-${active.spanId}-${flags}'*/`;
}

/** The statement without it: that is what spans show, and are grouped by. */
export function withoutTraceparent(statement: string): string {
  return statement.replace(COMMENT, '');
}

/** The traceparent in a statement, as it was written; null without one. */
export function traceparentOf(statement: string): string | null {
  return COMMENT.exec(statement)?.groups?.traceparent ?? null;
}
