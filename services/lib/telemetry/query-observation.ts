import { context, createContextKey, type Attributes, type Span } from '@opentelemetry/api';
import type { PgRequestHookInformation } from '@opentelemetry/instrumentation-pg';
import { describeStatement } from './database-spans';
import { withoutTraceparent } from './sql-comment';

/**
 * What the code around a query knows and its span, which @opentelemetry/instrumentation-pg makes, doesn't: the
 * observed plan before, the duration after, and the span itself, so that others can link to it, and it to others.
 */
export interface QueryObservation {
  /** Looked up when the query starts, not when its caller began to wait for the pool. */
  attributes?: () => Attributes;
  /** Called when the query's span is there. */
  onSpan?: (span: Span) => void;
  /** Attributes from the duration (ms), set before the span ends. */
  onDuration?: (durationMs: number) => Attributes;
}

const OBSERVATION = createContextKey('query-observation');
const running = new WeakMap<Span, { observation: QueryObservation; startedAt: number }>();

/** Runs `fn` so that the next query in it carries the observation. */
export function withObservation<T>(observation: QueryObservation, fn: () => T): T {
  return context.with(context.active().setValue(OBSERVATION, observation), fn);
}

/** Hook of the pg instrumentation, at the start of a query. */
export function onQueryRequest(span: Span, { query, connection }: PgRequestHookInformation): void {
  const text = withoutTraceparent(query.text);
  if (text !== query.text) span.setAttribute('db.query.text', text);
  describeStatement(span, text, connection.database ?? 'postgresql');
  const observation = context.active().getValue(OBSERVATION) as QueryObservation | undefined;
  if (!observation) return;
  if (observation.attributes) span.setAttributes(observation.attributes());
  observation.onSpan?.(span);
  running.set(span, { observation, startedAt: performance.now() });
}

/** Hook of the pg instrumentation, when a query was answered. */
export function onQueryResponse(span: Span): void {
  const found = running.get(span);
  const attributes = found?.observation.onDuration?.(performance.now() - found.startedAt);
  if (attributes) span.setAttributes(attributes);
}
