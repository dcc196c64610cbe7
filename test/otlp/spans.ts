import type { AttributeValue, SpanRecord } from '../../services/console/otlp/records';

/** A span record with defaults, for tests. */
export function span(
  fields: Partial<Omit<SpanRecord, 'attributes'>> & { attributes?: Record<string, AttributeValue> },
): SpanRecord {
  const { attributes = {}, ...rest } = fields;
  return {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: null,
    service: 'frontend',
    name: 'POST /api/checkout',
    kind: 'SERVER',
    startMs: 0,
    durationMs: 10,
    status: 'UNSET',
    statusMessage: '',
    events: [],
    links: [],
    ...rest,
    attributes: Object.entries(attributes).flat(),
  };
}

/** The n-th trace id: spread over the whole range, as random ones are. */
export function traceId(n: number): string {
  const low = Math.imul(n + 1, 0x9e3779b1) >>> 0;
  return `${n.toString(16).padStart(24, '0')}${low.toString(16).padStart(8, '0')}`;
}

/** The n-th span id. */
export function spanId(n: number): string {
  return (n + 1).toString(16).padStart(16, '0');
}
