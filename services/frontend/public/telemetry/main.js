/**
 * The customer's browser in the trace: how the page loads, what is clicked and what that asks for. Made into one file,
 * telemetry.js, by pages.mjs; the page imports it unless the shop says no (`browserTelemetry: false`).
 */

import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { DocumentLoadInstrumentation } from '@opentelemetry/instrumentation-document-load';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describeClick } from './clicks.js';
import { Interactions } from './interactions.js';
import { reportVitals } from './vitals.js';

/** Where the shop takes them. */
const TRACES = '/v1/traces';
/** Of one request to it; its largest body holds so many spans. */
const BATCH = {
  maxExportBatchSize: 40,
  maxQueueSize: 200,
  scheduledDelayMillis: 2000,
  exportTimeoutMillis: 5000,
};

/** Brands and platform as the browser itself tells them, where it does; never its whole user agent. */
function browserAttributes() {
  /** @type {{ brands: { brand: string, version: string }[], platform: string, mobile: boolean } | undefined} */
  const hints = /** @type {any} */ (navigator).userAgentData;
  return {
    'browser.language': navigator.language,
    ...(hints === undefined
      ? {}
      : {
          'browser.brands': hints.brands.map(({ brand, version }) => `${brand} ${version}`),
          'browser.platform': hints.platform,
          'browser.mobile': hints.mobile,
        }),
  };
}

function start() {
  const interactions = new Interactions();
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': 'storefront', ...browserAttributes() }),
    ),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: location.origin + TRACES }),
        ...BATCH,
      }),
      interactions,
    ],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(interactions);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const tracer = trace.getTracer('storefront', '1');

  const page = interactions.hold(tracer, 'page view', { startTime: 0 });
  // By it the instrumentation, which begins when the page is there, joins its spans to the page's.
  const { traceId, spanId } = page.interaction.span.spanContext();
  const meta = document.createElement('meta');
  meta.name = 'traceparent';
  meta.content = `00-${traceId}-${spanId}-01`;
  document.head.append(meta);
  registerInstrumentations({
    instrumentations: [
      // Their events tell each phase of each connection: more than all spans together.
      new DocumentLoadInstrumentation({ ignoreNetworkEvents: true, ignorePerformancePaintEvents: true }),
      new FetchInstrumentation({ ignoreNetworkEvents: true, ignoreUrls: [new RegExp(`${TRACES}$`)] }),
    ],
  });

  // After the instrumentation's own listener: its spans belong to the page's.
  const loaded = () => setTimeout(page.release);
  if (document.readyState === 'complete') loaded();
  else window.addEventListener('load', loaded);

  const flush = () => void provider.forceFlush().catch(() => undefined);
  reportVitals(tracer, page.interaction.context, () => {
    if (document.visibilityState === 'hidden') flush();
  });
  // Before any handler: what it asks for belongs to the click.
  document.addEventListener(
    'click',
    ({ target }) => {
      const click = describeClick(target);
      if (click) interactions.begin(tracer, click.name, click.attributes);
    },
    { capture: true },
  );
  window.addEventListener('pagehide', () => {
    interactions.endAll();
    flush();
  });
}

start();
