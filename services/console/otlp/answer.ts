import { create, fromJson, toBinary, type JsonObject } from '@bufbuild/protobuf';
import type { Response } from 'express';
import { StatusSchema } from './generated/google/rpc/status_pb';
import type { Encoding } from './request';
import { EXPORTS, type Signal } from './signals';

const CONTENT_TYPES: Record<Encoding, string> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** The Export…ServiceResponse: empty, or with the number of records that were not taken and why. */
export function answerExport(
  response: Response,
  encoding: Encoding,
  signal: Signal,
  { rejected, reason }: { rejected: number; reason: string },
): void {
  const { response: schema, rejected: name } = EXPORTS[signal];
  const answer: JsonObject =
    rejected === 0 ? {} : { partialSuccess: { [name]: String(rejected), errorMessage: reason } };
  response.status(200).type(CONTENT_TYPES[encoding]);
  if (encoding === 'json') response.send(JSON.stringify(answer));
  else response.send(Buffer.from(toBinary(schema, fromJson(schema, answer))));
}

/** gRPC codes of `google.rpc.Status`, by HTTP status. */
const RPC_CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 408: 4, 413: 8, 415: 3, 503: 14 };

/** A `google.rpc.Status`, as OTLP/HTTP wants errors. Senders retry after 503 only. */
export function answerError(response: Response, encoding: Encoding, status: number, message: string): void {
  const code = RPC_CODES[status] ?? 2;
  if (status === 503) response.set('retry-after', '1');
  response.status(status).type(CONTENT_TYPES[encoding]);
  if (encoding === 'json') response.send(JSON.stringify({ code, message }));
  else response.send(Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message }))));
}
