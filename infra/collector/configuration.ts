import { stringify } from 'yaml';
import { CONSOLE_OTLP, CORALOGIX_APPLICATION } from '../../services/catalog';
import { spanMetricsParts } from './span-metrics';

/** Where telemetry goes. */
export interface Destinations {
  /** Whether the shop's console is in reach; on by default. */
  console?: boolean;
  /** OTLP/HTTP base URL and the names of its headers. */
  otlp: { endpoint: string; headerNames: readonly string[] } | null;
  /** Domain of the Coralogix account, and whether metrics are made of spans for its catalogs. */
  coralogix: { domain: string; spanMetrics: boolean } | null;
}

/** Where the collector tells its own metrics, inside its pod. */
export const COLLECTOR_METRICS_PORT = 8888;

/** The environment variable that carries a secret header's value. */
export function headerVariable(index: number): string {
  return `OTLP_HEADER_${index}`;
}
export const CORALOGIX_KEY_VARIABLE = 'CORALOGIX_PRIVATE_KEY';

/** A back end that is away costs memory up to the queue's end, never a service's time. */
const RESILIENT = {
  sending_queue: { enabled: true, queue_size: 500 },
  retry_on_failure: { enabled: true, initial_interval: '1s', max_interval: '15s', max_elapsed_time: '120s' },
  timeout: '10s',
};

const CORALOGIX_EXPORTER = 'otlp/coralogix';

function exportersOf(destinations: Destinations): Record<string, unknown> {
  const exporters: Record<string, unknown> = {};
  if (destinations.console !== false) {
    exporters['otlphttp/console'] = {
      endpoint: `http://${CONSOLE_OTLP.service}:${CONSOLE_OTLP.port}`,
      compression: 'gzip',
      ...RESILIENT,
      // The console shows what is happening now.
      retry_on_failure: { ...RESILIENT.retry_on_failure, max_elapsed_time: '20s' },
    };
  }
  if (destinations.otlp) {
    exporters['otlphttp/vendor'] = {
      endpoint: destinations.otlp.endpoint,
      headers: Object.fromEntries(
        destinations.otlp.headerNames.map((name, index) => [name, `\${env:${headerVariable(index)}}`]),
      ),
      ...RESILIENT,
    };
  }
  if (destinations.coralogix) {
    exporters[CORALOGIX_EXPORTER] = {
      endpoint: `ingress.${destinations.coralogix.domain}:443`,
      headers: {
        Authorization: `Bearer \${env:${CORALOGIX_KEY_VARIABLE}}`,
        // Resource attributes of the same meaning (cx.application.name, cx.subsystem.name) outrank it.
        'CX-Application-Name': CORALOGIX_APPLICATION,
      },
      ...RESILIENT,
    };
  }
  if (!destinations.otlp && !destinations.coralogix) {
    // Nothing leaves the cluster: the log says at least how much there is.
    exporters.debug = { verbosity: 'basic', sampling_initial: 1, sampling_thereafter: 500 };
  }
  return exporters;
}

/**
 * The collector's configuration: of core components only, unless span metrics are made, which the contrib distribution
 * does. Secrets stand in it as variables of the environment.
 *
 * @returns YAML
 */
export function collectorConfiguration(destinations: Destinations): string {
  const exporters = exportersOf(destinations);
  const made = destinations.coralogix?.spanMetrics === true ? spanMetricsParts(CORALOGIX_EXPORTER) : null;
  const pipeline = {
    receivers: ['otlp'],
    processors: ['memory_limiter', 'batch'],
    exporters: Object.keys(exporters),
  };
  const traces = made
    ? {
        ...pipeline,
        exporters: [...pipeline.exporters.filter((id) => id !== CORALOGIX_EXPORTER), made.entrance],
      }
    : pipeline;
  const configuration = {
    receivers: {
      otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' }, grpc: { endpoint: '0.0.0.0:4317' } } },
    },
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: 200, spike_limit_mib: 50 },
      batch: { timeout: '500ms', send_batch_size: 2048, send_batch_max_size: 4096 },
      ...made?.processors,
    },
    exporters,
    ...(made ? { connectors: made.connectors } : {}),
    service: {
      telemetry: {
        // A back end that refuses for a while (429, 503) is logged at this level.
        logs: { level: 'info' },
        // What was sent and refused, for `npm run validate`: it comes by port-forward, so the loopback is enough.
        metrics: {
          level: 'basic',
          readers: [
            { pull: { exporter: { prometheus: { host: '127.0.0.1', port: COLLECTOR_METRICS_PORT } } } },
          ],
        },
      },
      pipelines: { traces, metrics: pipeline, logs: pipeline, ...made?.pipelines },
    },
  };
  // Each pipeline in full: who reads it looks for no anchor.
  return stringify(configuration, { aliasDuplicateObjects: false });
}
