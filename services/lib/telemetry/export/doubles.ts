import type { ISerializer } from '@opentelemetry/otlp-transformer';
import type * as wire from './doubles-on-the-wire';

/**
 * Attributes whose values may have a fraction. JavaScript has one kind of number, so the SDK sends 1200 as an integer
 * and 1200.5 as a double: a back end that types a field by its first value then refuses the other kind.
 */
export const DOUBLES: ReadonlySet<string> = new Set(['order.total', 'payment.amount']);

/** Fields that lead from a request to the attributes of its records: groups, scopes, records, attributes. */
export const SPAN_ATTRIBUTES = [1, 2, 2, 9] as const;
export const LOG_ATTRIBUTES = [1, 2, 2, 6] as const;

/** The serializer of OTLP's protobuf, with the values of DOUBLES always sent as doubles. */
export function withDoubles<Request, Response>(
  serializer: ISerializer<Request, Response>,
  path: readonly number[],
): ISerializer<Request, Response> {
  return {
    deserializeResponse: (data) => serializer.deserializeResponse(data),
    serializeRequest: (request) => {
      const bytes = serializer.serializeRequest(request);
      // Only the orders of one service have such values: all else goes as it is.
      const isConcerned =
        bytes !== undefined &&
        [...DOUBLES].some((name) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(name));
      return isConcerned ? mend(bytes, path) : bytes;
    },
  };
}

function mend(message: Uint8Array, path: readonly number[]): Uint8Array {
  // Loaded by those services alone that send such a value.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require('./doubles-on-the-wire') as typeof wire).mendMessages(message, path, DOUBLES);
}
