import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type * as ioredis from '@opentelemetry/instrumentation-ioredis';
import type * as pg from '@opentelemetry/instrumentation-pg';
import type * as undici from '@opentelemetry/instrumentation-undici';
import { CATALOG, type ServiceEntry, type StoreName } from '../../../catalog';
import { callAttributes, describeCall } from '../calls';
import { describeCommand } from '../database-spans';
import { onQueryRequest, onQueryResponse } from '../query-observation';
import { finishServerSpan } from '../request-outcome';

/** Health checks, run-time control and telemetry itself are not what people look for in traces. */
const IGNORED_PATHS = /^\/(livez|readyz|health|admin|v1|favicon\.ico)(\/|\?|$)/;

/* eslint-disable @typescript-eslint/no-require-imports -- a service loads those packages alone that it uses */
/** Instrumentations of what a service reaches out with. */
const CLIENTS: Readonly<Record<'calls' | StoreName, () => Instrumentation>> = {
  calls: () => {
    const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici') as typeof undici;
    return new UndiciInstrumentation({
      requireParentforSpans: true,
      startSpanHook: callAttributes,
      requestHook: describeCall,
    });
  },
  postgresql: () => {
    const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg') as typeof pg;
    return new PgInstrumentation({
      requireParentSpan: true,
      // Our own acquire span shows the wait, and links to who held the pool.
      ignoreConnectSpans: true,
      requestHook: onQueryRequest,
      responseHook: onQueryResponse,
    });
  },
  redis: () => {
    const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis') as typeof ioredis;
    return new IORedisInstrumentation({
      requireParentSpan: true,
      requestHook: (span, { cmdName }) => describeCommand(span, cmdName, process.env.REDIS_URL),
    });
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */

/** What a service of the catalog reaches out with. */
function clientsOf(entry: ServiceEntry): (keyof typeof CLIENTS)[] {
  return [...(entry.calls.length + entry.mayCall.length > 0 ? ['calls' as const] : []), ...entry.stores];
}

/**
 * The instrumentations of a service: its server, and clients of what the catalog says it calls. A process that is not in
 * the catalog gets all of them.
 */
export function instrumentationsOf(service: string): Instrumentation[] {
  const entry = CATALOG.find(({ name }) => name === service);
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: (request) => IGNORED_PATHS.test(request.url ?? ''),
      // Calls go out by undici; node:http is the exporters'.
      disableOutgoingRequestInstrumentation: true,
      applyCustomAttributesOnSpan: (span, request, response) =>
        finishServerSpan(span, request as IncomingMessage, response as ServerResponse),
    }),
    ...(entry === undefined ? (['calls', 'postgresql', 'redis'] as const) : clientsOf(entry)).map((client) =>
      CLIENTS[client](),
    ),
  ];
}
