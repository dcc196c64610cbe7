import {
  LOGS_REQUEST,
  LOG_RECORD,
  METRIC,
  METRICS_REQUEST,
  RESOURCE_LOGS,
  RESOURCE_METRICS,
  RESOURCE_SPANS,
  SCOPE_LOGS,
  SCOPE_METRICS,
  SCOPE_SPANS,
  SPAN,
  TRACES_REQUEST,
  type Schema,
} from './schema';
import {
  attribute,
  cutText,
  MAX_NAME,
  SPAN_KINDS,
  type LogRecord,
  type MetricPoint,
  type SpanRecord,
} from './records';
import {
  attributesOf,
  enumOf,
  idOf,
  listOf,
  MAX_TEXT,
  measuredOf,
  messageOf,
  nameOf,
  textOf,
  timeMsOf,
  valueOf,
} from './values';
import { decodeMessage, MalformedTelemetry, type Message, type Slice } from './wire';

export type Encoding = 'json' | 'protobuf';

/** What one request brought. */
export interface Decoded<T> {
  items: T[];
  /** Items that are not what they should be, or beyond the bound of one request: the sender is told. */
  rejected: number;
  /** What was wrong with the first of them; empty without any. */
  reason: string;
}

/** Most spans, points or records taken from one request: two orders above what a batch processor sends. */
const MAX_ITEMS = 20_000;
/** Longest duration kept (ms): a day. */
const MAX_DURATION_MS = 24 * 3600 * 1000;
/** Objects and arrays in a JSON body: a body of `[],[],[],…` would cost twenty times its size. */
const MAX_JSON_NODES = 250_000;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

interface Nesting {
  request: Schema;
  resources: string;
  resource: Schema;
  scopes: string;
  scope: Schema;
  items: string;
  item: Schema;
}

const SPANS: Nesting = {
  request: TRACES_REQUEST,
  resources: 'resourceSpans',
  resource: RESOURCE_SPANS,
  scopes: 'scopeSpans',
  scope: SCOPE_SPANS,
  items: 'spans',
  item: SPAN,
};
const METRICS: Nesting = {
  request: METRICS_REQUEST,
  resources: 'resourceMetrics',
  resource: RESOURCE_METRICS,
  scopes: 'scopeMetrics',
  scope: SCOPE_METRICS,
  items: 'metrics',
  item: METRIC,
};
const LOGS: Nesting = {
  request: LOGS_REQUEST,
  resources: 'resourceLogs',
  resource: RESOURCE_LOGS,
  scopes: 'scopeLogs',
  scope: SCOPE_LOGS,
  items: 'logRecords',
  item: LOG_RECORD,
};

/** The sender of a group of items. */
interface Source {
  service: string;
  instance: string;
}

/**
 * The spans of an ExportTraceServiceRequest. A span that is none is left out and counted.
 * @throws MalformedTelemetry for a request that is none; then nothing of it counts
 */
export function decodeSpans(body: Buffer, encoding: Encoding): Decoded<SpanRecord> {
  return decodeItems(SPANS, body, encoding, (message, source, take) => {
    take(spanRecord(message, source));
  });
}

/** The data points of an ExportMetricsServiceRequest; exponential histograms and summaries are not read. */
export function decodeMetrics(body: Buffer, encoding: Encoding): Decoded<MetricPoint> {
  return decodeItems(METRICS, body, encoding, metricPoints);
}

/** The records of an ExportLogsServiceRequest. */
export function decodeLogs(body: Buffer, encoding: Encoding): Decoded<LogRecord> {
  return decodeItems(LOGS, body, encoding, (message, source, take) => {
    take(logRecord(message, source));
  });
}

/** Reads one item. What it throws is the fault of this item alone. */
type ReadItem<T> = (message: Message, source: Source, take: (item: T) => void) => void;

function decodeItems<T>(nesting: Nesting, body: Buffer, encoding: Encoding, read: ReadItem<T>): Decoded<T> {
  const decoded: Decoded<T> = { items: [], rejected: 0, reason: '' };
  const reject = (reason: string): void => {
    if (decoded.rejected === 0) decoded.reason = reason;
    decoded.rejected += 1;
  };
  const take = (item: T): void => {
    if (decoded.items.length < MAX_ITEMS) decoded.items.push(item);
    else reject('too many items in one request: send smaller batches');
  };
  // In protobuf the nested messages are located first and decoded one at a time, so that only one is in memory.
  const open = (schema: Schema, value: unknown, where: string): Message =>
    encoding === 'json' ? messageOf(value, where) : decodeMessage(schema, body, value as Slice);
  const request =
    encoding === 'json'
      ? parseJson(body)
      : decodeMessage(nesting.request, body, { start: 0, end: body.length });
  for (const resourceValue of listOf(request, nesting.resources)) {
    const group = open(nesting.resource, resourceValue, nesting.resources);
    const source = sourceOf(group);
    for (const scopeValue of listOf(group, nesting.scopes)) {
      const scope = open(nesting.scope, scopeValue, nesting.scopes);
      for (const item of listOf(scope, nesting.items)) {
        try {
          read(open(nesting.item, item, nesting.items), source, take);
        } catch (error) {
          if (!(error instanceof MalformedTelemetry)) throw error;
          reject(error.message);
        }
      }
    }
  }
  return decoded;
}

function parseJson(body: Buffer): Message {
  let nodes = 0;
  // By index: the iterator of a buffer is several times slower, and this runs over all that arrives.
  // eslint-disable-next-line @typescript-eslint/prefer-for-of
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) nodes += 1;
  }
  if (nodes > MAX_JSON_NODES) {
    throw new MalformedTelemetry(
      `more than ${String(MAX_JSON_NODES)} objects in one body: send smaller batches`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new MalformedTelemetry(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return messageOf(parsed, 'body');
}

function sourceOf(group: Message): Source {
  const resource = group.resource;
  const attributes =
    resource === undefined || resource === null ? [] : attributesOf(messageOf(resource, 'resource'));
  const service = attribute(attributes, 'service.name');
  const instance = attribute(attributes, 'service.instance.id');
  return {
    service: typeof service === 'string' && service !== '' ? cutText(service, MAX_NAME) : 'unknown_service',
    instance: typeof instance === 'string' ? cutText(instance, MAX_NAME) : '',
  };
}

const STATUS_NAMES = ['UNSET', 'OK', 'ERROR'] as const;
const NONE: readonly never[] = [];

function spanRecord(message: Message, source: Source): SpanRecord {
  const traceId = idOf(message, 'traceId');
  const spanId = idOf(message, 'spanId');
  if (traceId === null || spanId === null) throw new MalformedTelemetry('a span has no traceId or no spanId');
  const startMs = timeMsOf(message, 'startTimeUnixNano');
  const events = listOf(message, 'events');
  const links = listOf(message, 'links');
  const status = message.status;
  const statusMessage = status === undefined || status === null ? {} : messageOf(status, 'status');
  return {
    traceId,
    spanId,
    parentSpanId: idOf(message, 'parentSpanId'),
    service: source.service,
    name: nameOf(message, 'name'),
    kind: SPAN_KINDS[enumOf(message, 'kind', SPAN_KINDS, 'SPAN_KIND_')] ?? 'UNSPECIFIED',
    startMs,
    durationMs: Math.min(MAX_DURATION_MS, Math.max(0, timeMsOf(message, 'endTimeUnixNano') - startMs)),
    status: STATUS_NAMES[enumOf(statusMessage, 'code', STATUS_NAMES, 'STATUS_CODE_')] ?? 'UNSET',
    statusMessage: cutText(textOf(statusMessage, 'message'), MAX_TEXT),
    attributes: attributesOf(message),
    events:
      events.length === 0 ? NONE : events.slice(0, 32).map((value) => spanEvent(messageOf(value, 'events'))),
    links: links.length === 0 ? NONE : links.slice(0, 64).map((value) => spanLink(messageOf(value, 'links'))),
  };
}

function spanEvent(message: Message): SpanRecord['events'][number] {
  return {
    atMs: timeMsOf(message, 'timeUnixNano'),
    name: nameOf(message, 'name'),
    attributes: attributesOf(message),
  };
}

function spanLink(message: Message): SpanRecord['links'][number] {
  const traceId = idOf(message, 'traceId');
  const spanId = idOf(message, 'spanId');
  if (traceId === null || spanId === null) throw new MalformedTelemetry('a link has no traceId or no spanId');
  return { traceId, spanId, attributes: attributesOf(message) };
}

const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'] as const;

function metricPoints(message: Message, source: Source, take: (point: MetricPoint) => void): void {
  const name = nameOf(message, 'name');
  const unit = nameOf(message, 'unit');
  for (const kind of ['gauge', 'sum', 'histogram'] as const) {
    if (message[kind] === undefined || message[kind] === null) continue;
    const data = messageOf(message[kind], kind);
    const delta = enumOf(data, 'aggregationTemporality', TEMPORALITIES, 'AGGREGATION_TEMPORALITY_') === 1;
    for (const value of listOf(data, 'dataPoints')) {
      const point = messageOf(value, 'dataPoints');
      take({
        ...source,
        name,
        unit,
        kind,
        delta,
        atMs: timeMsOf(point, 'timeUnixNano'),
        value:
          kind === 'histogram'
            ? measuredOf(point, 'sum')
            : point.asInt === undefined
              ? measuredOf(point, 'asDouble')
              : measuredOf(point, 'asInt'),
        count: kind === 'histogram' ? measuredOf(point, 'count') : 1,
        attributes: attributesOf(point),
      });
    }
  }
}

function logRecord(message: Message, source: Source): LogRecord {
  const body = valueOf(message.body);
  const attributes = attributesOf(message);
  const eventName = nameOf(message, 'eventName');
  if (eventName !== '' && attribute(attributes, 'event') === undefined) attributes.push('event', eventName);
  return {
    service: source.service,
    atMs: timeMsOf(message, 'timeUnixNano') || timeMsOf(message, 'observedTimeUnixNano'),
    severity: nameOf(message, 'severityText'),
    body: cutText(typeof body === 'string' ? body : JSON.stringify(body), MAX_TEXT),
    traceId: idOf(message, 'traceId'),
    spanId: idOf(message, 'spanId'),
    attributes,
  };
}
