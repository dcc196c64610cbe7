import type { Instrumentation } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { onQueryRequest, onQueryResponse } from '../query-observation';

/** Spans of SQL statements. */
export function instrumentation(): Instrumentation {
  return new PgInstrumentation({
    requireParentSpan: true,
    // Our own acquire span shows the wait, and links to who held the pool.
    ignoreConnectSpans: true,
    requestHook: onQueryRequest,
    responseHook: onQueryResponse,
  });
}
