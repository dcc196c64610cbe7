import type { FlowAttribute } from '../../../scenario/types';
import { attributesObject, type SpanRecord } from '../otlp/records';
import type { StoredTrace } from '../store/traces';

/** A span, with those that it is the parent of. */
export interface SpanNode extends ReturnType<typeof spanShown> {
  children: SpanNode[];
}
/** One line of GET /api/traces. */
export type TraceHeader = ReturnType<typeof traceHeader>;
/** The answer of GET /api/traces/:id. */
export type TraceTree = ReturnType<typeof traceTree>;

/** What a span says that waited in vain. */
const WAITS: ReadonlySet<unknown> = new Set<FlowAttribute>([
  'db.connection.pool.exhausted',
  'shop.lock.timeout',
]);

/** One line of GET /api/traces. */
export function traceHeader(trace: StoredTrace) {
  const first = trace.root ?? trace.spans.reduce((a, b) => (b.startMs < a.startMs ? b : a));
  return {
    traceId: trace.traceId,
    traffic: trace.traffic,
    failed: trace.failed,
    /** The root's name and service, or the earliest span's while the root has not come. */
    name: first.name,
    service: first.service,
    start: new Date(trace.startMs).toISOString(),
    durationMs: milliseconds(trace.endMs - trace.startMs),
    spans: trace.spans.length,
    services: [...new Set(trace.spans.map(({ service }) => service))],
    /** Spans with an error: a declined card, say, makes no failed trace. */
    failedSpans: trace.spans.filter(({ status }) => status === 'ERROR').length,
    /** A wait for a connection, or for a row, was given up in it. */
    waitedInVain: trace.spans.some(({ attributes }) =>
      attributes.some((key, index) => WAITS.has(key) && attributes[index + 1] === true),
    ),
    /** False: spans may be missing, as only a link to it made the console gather it. */
    complete: !trace.partial,
  };
}

/**
 * The answer of GET /api/traces/:id.
 * @param isAvailable whether a linked trace can be asked for
 */
export function traceTree(trace: StoredTrace, isAvailable: (traceId: string) => boolean) {
  const nodes = new Map<string, SpanNode>();
  for (const span of trace.spans) {
    nodes.set(span.spanId, { ...spanShown(span, trace.startMs, isAvailable), children: [] });
  }
  const roots: SpanNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.parentSpanId === null ? undefined : nodes.get(node.parentSpanId);
    if (parent === undefined || reaches(nodes, parent, node)) roots.push(node);
    else parent.children.push(node);
  }
  const byStart = (a: SpanNode, b: SpanNode): number => a.startOffsetMs - b.startOffsetMs;
  for (const node of nodes.values()) node.children.sort(byStart);
  roots.sort(byStart);
  return {
    ...traceHeader(trace),
    /** Spans on the longest way from a root to a leaf. */
    depth: Math.max(0, ...roots.map(depthOf)),
    /** More than one when parents have not come (yet). */
    roots,
  };
}

/** Whether `node` is an ancestor of `from` (or itself): a sender's nonsense must not make a ring. */
function reaches(nodes: ReadonlyMap<string, SpanNode>, from: SpanNode, node: SpanNode): boolean {
  let current: SpanNode | undefined = from;
  for (let steps = 0; current !== undefined && steps <= nodes.size; steps += 1) {
    if (current === node) return true;
    current = current.parentSpanId === null ? undefined : nodes.get(current.parentSpanId);
  }
  return false;
}

function depthOf(node: SpanNode): number {
  return 1 + Math.max(0, ...node.children.map(depthOf));
}

function spanShown(span: SpanRecord, originMs: number, isAvailable: (traceId: string) => boolean) {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    service: span.service,
    name: span.name,
    kind: span.kind as string,
    /** Since the trace's first span began (ms). */
    startOffsetMs: milliseconds(span.startMs - originMs),
    durationMs: milliseconds(span.durationMs),
    status: { code: span.status as string, message: span.statusMessage },
    attributes: attributesObject(span.attributes),
    events: span.events.map(({ name, atMs, attributes }) => ({
      name,
      offsetMs: milliseconds(atMs - originMs),
      attributes: attributesObject(attributes),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: attributesObject(attributes),
      available: isAvailable(traceId),
    })),
  };
}

function milliseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
