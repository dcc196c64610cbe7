import { messageOf } from '../../lib/errors';

/** What is not OTLP: a whole request, answered 400, or one record, which is left out. */
export class MalformedTelemetry extends Error {}

/** Runs a decoder; what it throws is the sender's fault. */
export function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedTelemetry) throw error;
    throw new MalformedTelemetry(messageOf(error));
  }
}
