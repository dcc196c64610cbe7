import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { CATALOG, type ServiceEntry, type StoreName } from '../../../catalog';
import { finishServerSpan } from '../request-outcome';
import type * as calls from './calls';
import type * as postgresql from './postgresql';
import type * as redis from './redis';

/** Health checks, run-time control and telemetry itself are not what people look for in traces. */
const IGNORED_PATHS = /^\/(livez|readyz|health|admin|v1|favicon\.ico)(\/|\?|$)/;

/* eslint-disable @typescript-eslint/no-require-imports -- a service loads those alone that it uses */
/** Instrumentations of what a service reaches out with. */
const CLIENTS: Readonly<Record<'calls' | StoreName, () => Instrumentation>> = {
  calls: () => (require('./calls') as typeof calls).instrumentation(),
  postgresql: () => (require('./postgresql') as typeof postgresql).instrumentation(),
  redis: () => (require('./redis') as typeof redis).instrumentation(),
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
