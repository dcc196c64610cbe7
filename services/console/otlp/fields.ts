import { MalformedTelemetry } from './malformed';

/** Bytes of a trace id and of a span id. */
export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;
/** Beyond it a metric's value says nothing, and a sum of several is no number any more. */
const MAX_MEASURED = 1e15;
const ZEROS = /^0*$/;

/** Unix ms of a time in ns: 64 bits of them end in the year 2554, which a date can be. */
export function msOf(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

/**
 * An id in lower-case hex; null when absent or all zeros.
 * @throws MalformedTelemetry for another length than an id has
 */
export function idOf(id: Uint8Array, bytes: number, what: string): string | null {
  const hex = Buffer.from(id.buffer, id.byteOffset, id.length).toString('hex');
  if (ZEROS.test(hex)) return null;
  if (id.length === bytes) return hex;
  throw new MalformedTelemetry(`${what}: ${id.length} bytes, an id has ${bytes}`);
}

/**
 * The ids of a span, or of what a link points to.
 * @throws MalformedTelemetry without one of them
 */
export function spanContextOf(
  { traceId, spanId }: { traceId: Uint8Array; spanId: Uint8Array },
  what: string,
): { traceId: string; spanId: string } {
  const trace = idOf(traceId, TRACE_ID_BYTES, 'traceId');
  const span = idOf(spanId, SPAN_ID_BYTES, 'spanId');
  if (trace === null || span === null) throw new MalformedTelemetry(`a ${what} without traceId or spanId`);
  return { traceId: trace, spanId: span };
}

/**
 * What was measured.
 * @throws MalformedTelemetry for what is no number, or one no sum of which would be a number
 */
export function measuredOf(value: number | bigint, what: string): number {
  const number = Number(value);
  if (Math.abs(number) <= MAX_MEASURED) return number;
  throw new MalformedTelemetry(`${what}: ${number} is not a measured value`);
}
