import type { Sender, SenderOptions } from './answer';
import { httpSender } from './http-sender';

/** OTEL_EXPORTER_OTLP_PROTOCOL's names for what is spoken here. */
export const PROTOCOLS = ['http/protobuf', 'grpc'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Who sends in this protocol. */
export function senderFor(protocol: Protocol, options: SenderOptions): Sender {
  if (protocol !== 'grpc') return httpSender(options);
  // Loaded by who forwards by gRPC alone: it is a twentieth of what the console loads.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { grpcSender } = require('./grpc-sender') as { grpcSender: (options: SenderOptions) => Sender };
  return grpcSender(options);
}
