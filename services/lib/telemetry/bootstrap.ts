/**
 * The telemetry bootstrap, loaded by `node --require` before anything else, so that every library is instrumented
 * when it is first required. Just the instrumentations in use; traces, metrics and logs go out by OTLP/HTTP in
 * protobuf, which costs both sides less than JSON.
 */
import { randomUUID } from 'node:crypto';
import { context, logs, metrics, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import {
  defaultResource,
  detectResources,
  hostDetector,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { CohortPropagator } from './cohort-propagator';
import { CohortSpanProcessor } from './cohort-span-processor';
import { BothGenerations, wantsBothGenerations } from './database-spans';
import { ErrorTypes } from './error-types';
import { logExporter, spanExporter } from './export/exporters';
import { instrumentationsOf } from './instrumentation/of-service';
import { METRICS_INTERVAL_MS } from './metrics-interval';
import { RELEASE } from './release';
import { RequestContextManager } from './request-context';
import { spanCounter } from './span-counter';

const BATCH = {
  maxQueueSize: 16_384,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1_000,
  exportTimeoutMillis: 5_000,
};

const service = process.env.SERVICE ?? 'unknown';
const enabled = Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);

const found = defaultResource().merge(
  resourceFromAttributes({
    'service.name': service,
    'service.version': RELEASE,
    'service.namespace': 'ecommerce-demo',
    // A pod's is its name; a process number comes again, on another machine or after a while.
    'service.instance.id': process.env.HOSTNAME ?? randomUUID(),
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
  }),
);
// The host, without which Jaeger takes each service's clock for another one's; a container's is its node, which
// OTEL_RESOURCE_ATTRIBUTES says. What the deployment knows (pod, node, the vendor's application, OTEL_SERVICE_NAME)
// outranks what the process finds. None looks at the process: its command line is nobody's business.
const resource = found.merge(
  detectResources({ detectors: [hostDetector, resourceAttributesEnvDetector, serviceNameEnvDetector] }),
);

// The SDK's parts, not its NodeSDK: that loads every exporter and configuration reader there is, gRPC and YAML among
// them, a quarter of what a service loads at its start.
context.setGlobalContextManager(new RequestContextManager().enable());
propagation.setGlobalPropagator(
  new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new CohortPropagator(process.env.COHORT_KEY)],
  }),
);
const tracerProvider = new TracerProvider({
  resource,
  spanProcessors: [
    new CohortSpanProcessor(),
    new ErrorTypes(),
    ...(wantsBothGenerations(process.env.OTEL_SEMCONV_STABILITY_OPT_IN) ? [new BothGenerations()] : []),
    spanCounter,
    ...(enabled ? [new BatchSpanProcessor({ exporter: spanExporter(), ...BATCH })] : []),
  ],
});
const meterProvider = new MeterProvider({
  resource,
  readers: enabled
    ? [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter(),
          exportIntervalMillis: METRICS_INTERVAL_MS,
          exportTimeoutMillis: METRICS_INTERVAL_MS - 500,
        }),
      ]
    : [],
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
});
const loggerProvider = new LoggerProvider({
  resource,
  processors: enabled ? [new BatchLogRecordProcessor({ exporter: logExporter(), ...BATCH })] : [],
});
trace.setGlobalTracerProvider(tracerProvider);
metrics.setGlobalMeterProvider(meterProvider);
logs.setGlobalLoggerProvider(loggerProvider);
registerInstrumentations({
  instrumentations: [
    // The console receives telemetry: it sends none about itself but its logs.
    ...(service === 'console' ? [] : instrumentationsOf(service)),
    new PinoInstrumentation(),
  ],
});

/** Sends the metrics as they are now, before their interval is over. Never rejects. */
export async function sendMetrics(): Promise<void> {
  await meterProvider.forceFlush().catch(() => undefined);
}

/** Sends what is queued and ends. Never rejects: a back end that is away must not keep a service from stopping. */
export async function shutdownTelemetry(): Promise<void> {
  await Promise.allSettled([tracerProvider, loggerProvider, meterProvider].map((each) => each.shutdown()));
}
