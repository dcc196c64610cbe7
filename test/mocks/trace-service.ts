import type { ServiceDefinition } from '@grpc/grpc-js';

const plain = (value: Buffer): Buffer => value;

/** OTLP's trace service as gRPC has it, its messages left as bytes. */
export const TRACE_SERVICE: ServiceDefinition = {
  Export: {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: plain,
    requestDeserialize: plain,
    responseSerialize: plain,
    responseDeserialize: plain,
  },
};
