/**
 * What Coralogix' Service Catalog and Database Catalog read: metrics that the collector makes of spans. Names, dimensions,
 * namespaces and bounds are those of Coralogix' own collector (github.com/coralogix/telemetry-shippers,
 * otel-ecs-ec2/examples/otel-config.yaml); `traffic.type` stands beside them, so that each screen shows both cohorts.
 * Components of the contrib distribution.
 */

/** Which cohort a span is of: every connector's own dimension, besides those that Coralogix documents. */
const COHORT = 'traffic.type';

const BOUNDS = ['1ms', '4ms', '10ms', '20ms', '50ms', '100ms', '200ms', '500ms', '1s', '2s', '5s'];
const DATABASE = ['db.namespace', 'db.operation.name', 'db.collection.name', 'db.system'];

/** Resource attributes that the compact catalogs keep: what a service is called and where it runs. */
const COMPACT_RESOURCE = ['service.name', 'k8s.cluster.name', 'host.name', 'deployment.environment.name'];

interface SpanMetrics {
  /** Before each metric's name, `db.calls`. */
  namespace: string;
  dimensions?: readonly string[];
  /** Of the connector's own dimensions, those left out. */
  exclude?: readonly string[];
}

/** The four connectors by their ids: each catalog in full, and one that answers fast over long times. */
const CONNECTORS: Readonly<Record<string, SpanMetrics>> = {
  spanmetrics: {
    namespace: '',
    dimensions: [
      'http.method',
      'cgx.transaction',
      'cgx.transaction.root',
      'status_code',
      ...DATABASE,
      'graphql.operation.type',
      'http.response.status_code',
      'rpc.grpc.status_code',
      'service.version',
    ],
  },
  'spanmetrics/compact': { namespace: 'compact', exclude: ['span.name'] },
  'spanmetrics/db': { namespace: 'db', dimensions: [...DATABASE, 'service.version'] },
  'spanmetrics/db_compact': {
    namespace: 'db_compact',
    dimensions: ['db.namespace', 'db.system'],
    exclude: ['span.name', 'span.kind'],
  },
};

function connector({ namespace, dimensions = [], exclude = [] }: SpanMetrics): Record<string, unknown> {
  return {
    namespace,
    dimensions: [...dimensions, COHORT].map((name) => ({ name })),
    exclude_dimensions: ['collector.instance.id', ...exclude],
    add_resource_attributes: true,
    aggregation_cardinality_limit: 100_000,
    histogram: { unit: 'ms', explicit: { buckets: BOUNDS } },
    metrics_flush_interval: '30s',
    metrics_expiration: '5m',
    series_expiration: '5m',
  };
}

const keepKeys = (path: string, names: readonly string[]): string =>
  `keep_keys(${path}, [${names.map((name) => `"${name}"`).join(', ')}])`;

const compactResource = {
  context: 'resource',
  statements: [keepKeys('resource.attributes', COMPACT_RESOURCE)],
};

/** `status.code` as Coralogix reads it; the connector's newer versions write `otel.status_code` alone. */
const statusCode = (to: string, from: string): string =>
  `set(datapoint.attributes["status.code"], "STATUS_CODE_${to}") where datapoint.attributes["status.code"] == nil and ${from}`;

/** Attributes by the names that Coralogix reads, and today's names of the same (docs/telemetry.md has both). */
const NAMES_BEFORE = {
  'db.system': 'db.system.name',
  'db.name': 'db.namespace',
  'db.operation': 'db.operation.name',
  'db.statement': 'db.query.text',
  'db.sql.table': 'db.collection.name',
};

const PROCESSORS = {
  'transform/semconv': {
    error_mode: 'ignore',
    trace_statements: [
      {
        context: 'span',
        statements: [
          'set(span.attributes["http.method"], span.attributes["http.request.method"]) where span.attributes["http.request.method"] != nil',
          // A service that does not know where its spans end up says only what the convention says today.
          ...Object.entries(NAMES_BEFORE).map(
            ([before, now]) =>
              `set(span.attributes["${before}"], span.attributes["${now}"]) where span.attributes["${before}"] == nil and span.attributes["${now}"] != nil`,
          ),
        ],
      },
    ],
  },
  'transform/compact': { trace_statements: [compactResource] },
  'transform/db_compact': {
    trace_statements: [
      compactResource,
      { context: 'span', statements: [keepKeys('span.attributes', ['db.namespace', 'db.system', COHORT])] },
    ],
  },
  'filter/db_spanmetrics': { traces: { span: ['span.attributes["db.system"] == nil'] } },
  'filter/db_compact_spanmetrics': {
    traces: {
      span: [
        'span.kind != SPAN_KIND_CLIENT or span.attributes["db.namespace"] == nil or span.attributes["db.system"] == nil',
      ],
    },
  },
  'transform/spanmetrics': {
    error_mode: 'silent',
    metric_statements: [
      {
        context: 'datapoint',
        statements: [
          statusCode('ERROR', 'datapoint.attributes["otel.status_code"] == "ERROR"'),
          statusCode('OK', 'datapoint.attributes["otel.status_code"] == "OK"'),
          statusCode(
            'UNSET',
            '(datapoint.attributes["otel.status_code"] == "UNSET" or datapoint.attributes["otel.status_code"] == nil)',
          ),
        ],
      },
    ],
  },
};

/** Parts of a collector's configuration that make span metrics of the traces of one pipeline. */
export interface SpanMetricsParts {
  connectors: Record<string, unknown>;
  processors: Record<string, unknown>;
  pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }>;
  /** Where the traces go in: an exporter of the pipeline that has them all. */
  entrance: string;
}

/**
 * The parts that send traces, and the metrics made of them, to an exporter.
 *
 * The traces reach it by a pipeline of their own: what is changed in them for Coralogix no other back end sees.
 *
 * @param exporter id of Coralogix' exporter
 */
export function spanMetricsParts(exporter: string): SpanMetricsParts {
  const branch = (name: string, processors: string[]) => ({
    [`traces/${name}`]: {
      receivers: [`forward/${name}`],
      processors: [...processors, 'batch'],
      exporters: [`spanmetrics/${name}`],
    },
  });
  return {
    connectors: {
      'forward/coralogix': {},
      'forward/compact': {},
      'forward/db': {},
      'forward/db_compact': {},
      ...Object.fromEntries(Object.entries(CONNECTORS).map(([id, spec]) => [id, connector(spec)])),
    },
    processors: PROCESSORS,
    pipelines: {
      'traces/coralogix': {
        receivers: ['forward/coralogix'],
        processors: ['transform/semconv'],
        exporters: [exporter, 'spanmetrics', 'forward/compact', 'forward/db', 'forward/db_compact'],
      },
      ...branch('compact', ['transform/compact']),
      ...branch('db', ['filter/db_spanmetrics']),
      ...branch('db_compact', ['filter/db_compact_spanmetrics', 'transform/db_compact']),
      'metrics/spans': {
        receivers: Object.keys(CONNECTORS),
        processors: ['memory_limiter', 'transform/spanmetrics', 'batch'],
        exporters: [exporter],
      },
    },
    entrance: 'forward/coralogix',
  };
}
