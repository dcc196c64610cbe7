/**
 * The telemetry bootstrap, loaded by `node --require` before anything else, so that every library is instrumented
 * when it is first required. Just the instrumentations in use; traces, metrics and logs go out by OTLP/HTTP in
 * protobuf, which costs both sides less than JSON.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { propagation, ROOT_CONTEXT, type Attributes } from '@opentelemetry/api';
import { BaggageSpanProcessor } from '@opentelemetry/baggage-span-processor';
import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  defaultResource,
  hostDetector,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { AggregationType, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { COHORT_KEYS, cohortOf, trafficTypeOfPath } from '../cohort';
import { callAttributes, describeCall } from './calls';
import { CohortPropagator } from './cohort-propagator';
import { CohortSpanProcessor } from './cohort-span-processor';
import { BothGenerations, describeCommand, wantsBothGenerations } from './database-spans';
import { ErrorTypes } from './error-types';
import { logExporter, spanExporter } from './exporters';
import { METRICS_INTERVAL_MS } from './metrics-interval';
import { onQueryRequest, onQueryResponse } from './query-observation';
import { RELEASE } from './release';
import { finishServerSpan } from './request-outcome';
import { spanCounter } from './span-counter';

/** Health checks, run-time control and telemetry itself are not what people look for in traces. */
const IGNORED_PATHS = /^\/(livez|readyz|health|admin|v1|favicon\.ico)(\/|\?|$)/;

const BATCH = {
  maxQueueSize: 16_384,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1_000,
  exportTimeoutMillis: 5_000,
};

const service = process.env.SERVICE ?? 'unknown';
const enabled = Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);

/** What a server span gets when no baggage that counts names a whole cohort: that of its route. */
function cohortOfRoute(request: IncomingMessage): Attributes {
  if (cohortOf(propagation.extract(ROOT_CONTEXT, request.headers))) return {};
  return { 'traffic.type': trafficTypeOfPath(request.url ?? '/'), 'demo.run_id': 'none' };
}

const instrumentations =
  // The console receives telemetry: it sends none about itself but its logs.
  service === 'console'
    ? [new PinoInstrumentation()]
    : [
        new HttpInstrumentation({
          ignoreIncomingRequestHook: (request) => IGNORED_PATHS.test(request.url ?? ''),
          // Calls go out by undici; node:http is the exporters'.
          disableOutgoingRequestInstrumentation: true,
          startIncomingSpanHook: cohortOfRoute,
          applyCustomAttributesOnSpan: (span, _request, response) => {
            finishServerSpan(span, response as ServerResponse);
          },
        }),
        new UndiciInstrumentation({
          requireParentforSpans: true,
          startSpanHook: callAttributes,
          requestHook: describeCall,
        }),
        new ExpressInstrumentation({
          // It tells HTTP spans their route; a span of its own for each handler would say what the server span says.
          ignoreLayersType: [
            ExpressLayerType.MIDDLEWARE,
            ExpressLayerType.ROUTER,
            ExpressLayerType.REQUEST_HANDLER,
          ],
        }),
        new PgInstrumentation({
          requireParentSpan: true,
          // Our own acquire span shows the wait, and links to who held the pool.
          ignoreConnectSpans: true,
          requestHook: onQueryRequest,
          responseHook: onQueryResponse,
        }),
        new IORedisInstrumentation({
          requireParentSpan: true,
          requestHook: (span, { cmdName }) => {
            describeCommand(span, cmdName, process.env.REDIS_URL);
          },
        }),
        new PinoInstrumentation(),
      ];

const sdk = new NodeSDK({
  resource: defaultResource().merge(
    resourceFromAttributes({
      'service.name': service,
      'service.version': RELEASE,
      'service.namespace': 'ecommerce-demo',
      // A pod's is its name; a process number comes again, on another machine or after a while.
      'service.instance.id': process.env.HOSTNAME ?? randomUUID(),
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    }),
  ),
  // The host, without which Jaeger takes each service's clock for another one's; a container's is its node, which
  // OTEL_RESOURCE_ATTRIBUTES says. What the deployment knows (pod, node, the vendor's application, OTEL_SERVICE_NAME)
  // outranks what the process finds. None looks at the process: its command line is nobody's business.
  resourceDetectors: [hostDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
  textMapPropagator: new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new CohortPropagator(process.env.COHORT_KEY)],
  }),
  spanProcessors: [
    new BaggageSpanProcessor((key) => (COHORT_KEYS as readonly string[]).includes(key)),
    new CohortSpanProcessor(),
    new ErrorTypes(),
    ...(wantsBothGenerations(process.env.OTEL_SEMCONV_STABILITY_OPT_IN) ? [new BothGenerations()] : []),
    spanCounter,
    ...(enabled ? [new BatchSpanProcessor({ exporter: spanExporter(), ...BATCH })] : []),
  ],
  metricReaders: enabled
    ? [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter(),
          exportIntervalMillis: METRICS_INTERVAL_MS,
          exportTimeoutMillis: METRICS_INTERVAL_MS - 500,
        }),
      ]
    : [],
  logRecordProcessors: enabled ? [new BatchLogRecordProcessor({ exporter: logExporter(), ...BATCH })] : [],
  views: [
    // It keeps one counter for all pools; ours carry each pool's name.
    {
      meterName: '@opentelemetry/instrumentation-pg',
      instrumentName: 'db.client.connection.*',
      aggregation: { type: AggregationType.DROP },
    },
    // Ours has traffic.type too.
    { meterName: '@opentelemetry/instrumentation-http', aggregation: { type: AggregationType.DROP } },
  ],
  instrumentations,
});
sdk.start();

/** Sends what is queued and ends. Never rejects: a back end that is away must not keep a service from stopping. */
export async function shutdownTelemetry(): Promise<void> {
  await sdk.shutdown().catch(() => undefined);
}
