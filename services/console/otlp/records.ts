/** What the console keeps of telemetry: compact, free of OTLP's nesting; whom it is given to owns it. Times are Unix ms (fractions allowed). */

export type AttributeValue =
  string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };

/** Key, value, key, value, …: half the memory of an object per span. */
export type AttributeList = AttributeValue[];

export const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export const SPAN_STATUSES = ['UNSET', 'OK', 'ERROR'] as const;
export type SpanStatus = (typeof SPAN_STATUSES)[number];

export interface SpanEvent {
  atMs: number;
  name: string;
  attributes: AttributeList;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: AttributeList;
}

export interface SpanRecord {
  traceId: string;
  spanId: string;
  /** null: the trace's root. */
  parentSpanId: string | null;
  service: string;
  name: string;
  kind: SpanKind;
  startMs: number;
  durationMs: number;
  status: SpanStatus;
  statusMessage: string;
  attributes: AttributeList;
  events: readonly SpanEvent[];
  links: readonly SpanLink[];
}

export interface MetricPoint {
  service: string;
  /** Tells replicas of a service apart. */
  instance: string;
  /** Which release of the service sent it, where it says so. */
  release?: string;
  name: string;
  unit: string;
  kind: 'gauge' | 'sum' | 'histogram';
  /** Whether points are increments since the last export. */
  delta: boolean;
  atMs: number;
  /** The value; of a histogram its sum. */
  value: number;
  /** Measurements in a histogram; 1 otherwise. */
  count: number;
  attributes: AttributeList;
}

export interface LogRecord {
  service: string;
  atMs: number;
  severity: string;
  body: string;
  traceId: string | null;
  spanId: string | null;
  attributes: AttributeList;
}

/** Longest name kept: of a service, a span, a metric, an attribute (characters). */
export const MAX_NAME = 256;

/** A text of at most so many characters. */
export function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  // Through bytes: a slice of a string would keep the whole of it alive.
  return `${Buffer.from(text.slice(0, characters - 1)).toString()}…`;
}

/** The value of a key; undefined without it. */
export function attribute(list: AttributeList, key: string): AttributeValue | undefined {
  for (let index = 0; index < list.length; index += 2) if (list[index] === key) return list[index + 1];
  return undefined;
}

/** The list as an object, for answers. */
export function attributesObject(list: AttributeList): Record<string, AttributeValue> {
  const entries: [string, AttributeValue][] = [];
  for (let index = 0; index < list.length; index += 2) {
    const key = list[index];
    if (typeof key === 'string') entries.push([key, list[index + 1] ?? null]);
  }
  return Object.fromEntries(entries);
}
