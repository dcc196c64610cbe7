import type { LogRecord as LogMessage } from './generated/opentelemetry/proto/logs/v1/logs_pb';
import {
  AggregationTemporality,
  type HistogramDataPoint,
  type Metric,
  type NumberDataPoint,
} from './generated/opentelemetry/proto/metrics/v1/metrics_pb';
import type { Resource } from './generated/opentelemetry/proto/resource/v1/resource_pb';
import type { Span, Span_Event, Span_Link } from './generated/opentelemetry/proto/trace/v1/trace_pb';
import { attributesOf, MAX_TEXT, valueOf } from './attributes';
import { idOf, measuredOf, msOf, SPAN_ID_BYTES, spanContextOf, TRACE_ID_BYTES } from './fields';
import {
  attribute,
  cutText,
  MAX_NAME,
  SPAN_KINDS,
  SPAN_STATUSES,
  type LogRecord,
  type MetricPoint,
  type SpanEvent,
  type SpanKind,
  type SpanLink,
  type SpanRecord,
  type SpanStatus,
} from './records';

/** Longest duration kept (ms): a day. */
const MAX_DURATION_MS = 24 * 3600 * 1000;
const MAX_EVENTS = 32;
const MAX_LINKS = 64;
const NONE: readonly never[] = [];

/** The sender of a group of records. */
export interface Source {
  service: string;
  instance: string;
  /** `service.version` */
  release?: string;
}

export function sourceOf(resource: Resource): Source {
  const attributes = attributesOf(resource.attributes);
  const service = attribute(attributes, 'service.name');
  const instance = attribute(attributes, 'service.instance.id');
  const release = attribute(attributes, 'service.version');
  return {
    service: typeof service === 'string' && service !== '' ? cutText(service, MAX_NAME) : 'unknown_service',
    instance: typeof instance === 'string' ? cutText(instance, MAX_NAME) : '',
    ...(typeof release === 'string' ? { release: cutText(release, MAX_NAME) } : {}),
  };
}

/** @throws MalformedTelemetry for a span, or a link of it, without ids */
export function spanRecord(span: Span, { service }: Source): SpanRecord {
  const startMs = msOf(span.startTimeUnixNano);
  return {
    ...spanContextOf(span, 'span'),
    parentSpanId: idOf(span.parentSpanId, SPAN_ID_BYTES, 'parentSpanId'),
    service,
    name: cutText(span.name, MAX_NAME),
    kind: (SPAN_KINDS as readonly SpanKind[])[span.kind] ?? 'UNSPECIFIED',
    startMs,
    durationMs: Math.min(MAX_DURATION_MS, Math.max(0, msOf(span.endTimeUnixNano) - startMs)),
    status: (SPAN_STATUSES as readonly SpanStatus[])[span.status?.code ?? 0] ?? 'UNSET',
    statusMessage: cutText(span.status?.message ?? '', MAX_TEXT),
    attributes: attributesOf(span.attributes),
    events: span.events.length === 0 ? NONE : span.events.slice(0, MAX_EVENTS).map(spanEvent),
    links: span.links.length === 0 ? NONE : span.links.slice(0, MAX_LINKS).map(spanLink),
  };
}

function spanEvent(event: Span_Event): SpanEvent {
  return {
    atMs: msOf(event.timeUnixNano),
    name: cutText(event.name, MAX_NAME),
    attributes: attributesOf(event.attributes),
  };
}

function spanLink(link: Span_Link): SpanLink {
  return { ...spanContextOf(link, 'link'), attributes: attributesOf(link.attributes) };
}

export function logRecord(record: LogMessage, { service }: Source): LogRecord {
  const body = valueOf(record.body);
  const attributes = attributesOf(record.attributes);
  if (record.eventName !== '' && attribute(attributes, 'event') === undefined)
    attributes.push('event', cutText(record.eventName, MAX_NAME));
  return {
    service,
    atMs: msOf(record.timeUnixNano || record.observedTimeUnixNano),
    severity: cutText(record.severityText, MAX_NAME),
    body: cutText(typeof body === 'string' ? body : JSON.stringify(body), MAX_TEXT),
    traceId: idOf(record.traceId, TRACE_ID_BYTES, 'traceId'),
    spanId: idOf(record.spanId, SPAN_ID_BYTES, 'spanId'),
    attributes,
  };
}

/**
 * The data points of a metric, each a function, as each may be refused by itself; none of an exponential histogram or
 * a summary, which are not read.
 */
export function metricPoints(metric: Metric, source: Source): (() => MetricPoint)[] {
  const { data } = metric;
  const common = { ...source, name: cutText(metric.name, MAX_NAME), unit: cutText(metric.unit, MAX_NAME) };
  const from = (point: NumberDataPoint | HistogramDataPoint): Pick<MetricPoint, 'atMs' | 'attributes'> => ({
    atMs: msOf(point.timeUnixNano),
    attributes: attributesOf(point.attributes),
  });
  const isDelta = (temporality: AggregationTemporality): boolean =>
    temporality === AggregationTemporality.DELTA;
  switch (data.case) {
    case 'gauge':
    case 'sum': {
      const delta = data.case === 'sum' && isDelta(data.value.aggregationTemporality);
      return data.value.dataPoints.map((point) => () => ({
        ...common,
        ...from(point),
        kind: data.case,
        delta,
        value: measuredOf(point.value.value ?? 0, point.value.case ?? 'value'),
        count: 1,
      }));
    }
    case 'histogram': {
      const delta = isDelta(data.value.aggregationTemporality);
      return data.value.dataPoints.map((point) => () => ({
        ...common,
        ...from(point),
        kind: 'histogram',
        delta,
        value: measuredOf(point.sum ?? 0, 'sum'),
        count: measuredOf(point.count, 'count'),
      }));
    }
    default:
      return [];
  }
}
