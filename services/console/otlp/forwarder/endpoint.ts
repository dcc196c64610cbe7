import type { Sender, SenderOptions } from './answer';
import { grpcSender } from './grpc-sender';
import { httpSender } from './http-sender';

/** OTEL_EXPORTER_OTLP_PROTOCOL's names for what is spoken here. */
export const PROTOCOLS = ['http/protobuf', 'grpc'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Who sends in this protocol. */
export function senderFor(protocol: Protocol, options: SenderOptions): Sender {
  return protocol === 'grpc' ? grpcSender(options) : httpSender(options);
}
