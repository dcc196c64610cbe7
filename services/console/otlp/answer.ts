import type { Response } from 'express';
import { Writer } from 'protobufjs/minimal';
import type { Encoding } from './decode';

const CONTENT_TYPES: Record<Encoding, string> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** What the rejected items of a partial success are called, by signal. */
export type RejectedField = 'rejectedSpans' | 'rejectedDataPoints' | 'rejectedLogRecords';

/** The Export…ServiceResponse: empty, or with the number of items that were not taken and why. */
export function answerExport(
  response: Response,
  encoding: Encoding,
  { rejected, reason: errorMessage }: { rejected: number; reason: string },
  rejectedField: RejectedField,
): void {
  response.status(200).type(CONTENT_TYPES[encoding]);
  if (encoding === 'json') {
    const partialSuccess = { [rejectedField]: String(rejected), errorMessage };
    response.send(JSON.stringify(rejected === 0 ? {} : { partialSuccess }));
    return;
  }
  const writer = Writer.create();
  // Export…ServiceResponse.partial_success = 1 {rejected_… = 1, error_message = 2}, the same for all signals.
  if (rejected > 0)
    writer.uint32(10).fork().uint32(8).int64(rejected).uint32(18).string(errorMessage).ldelim();
  response.send(Buffer.from(writer.finish()));
}

/** gRPC codes of `google.rpc.Status`, by HTTP status. */
const RPC_CODES: Readonly<Record<number, number>> = { 400: 3, 413: 8, 415: 3, 503: 14 };

/** A `google.rpc.Status`, as OTLP/HTTP wants errors. Senders retry after 503 only. */
export function answerError(response: Response, encoding: Encoding, status: number, message: string): void {
  const code = RPC_CODES[status] ?? 2;
  if (status === 503) response.set('retry-after', '1');
  response.status(status).type(CONTENT_TYPES[encoding]);
  if (encoding === 'json') {
    response.send(JSON.stringify({ code, message }));
    return;
  }
  response.send(Buffer.from(Writer.create().uint32(8).int32(code).uint32(18).string(message).finish()));
}
