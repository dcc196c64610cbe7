import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  status,
  type ServiceError,
} from '@grpc/grpc-js';
import { rootCertificates } from 'node:tls';
import { proxyFor, proxyHint, type Proxy } from '../../../../machine/proxy';
import { unzip } from '../body';
import { ANSWER_WITHIN_MS, type Answer, type Batch, type Sender, type SenderOptions } from './answer';
import { partialSuccess } from './http-sender';

const METHODS: Record<Batch['signal'], string> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

/** What OTLP/gRPC tells senders to try again (https://opentelemetry.io/docs/specs/otlp/#failures). */
const RETRYABLE: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  // With it a server says that it has too much to do, for now or for good; it may say for how long.
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** Their nearest in HTTP, by which a remedy is looked up. */
const AS_HTTP: Readonly<Partial<Record<status, number>>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.UNIMPLEMENTED]: 404,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.INTERNAL]: 500,
  [status.UNAVAILABLE]: 503,
};

/**
 * Makes a channel that goes by this proxy. The library finds its proxy itself, when a channel is made, and by variables of
 * its own, which the console gets from nobody.
 */
function byProxy<T>(proxy: Proxy, make: () => T): T {
  const variables = { grpc_proxy: proxy.url, no_grpc_proxy: 'none.invalid' };
  Object.assign(process.env, variables);
  try {
    return make();
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  }
}

/** OTLP/gRPC, gzipped; TLS unless the end point is `http://`. A proxy is the environment's. */
export function grpcSender({ endpoint, headers, ca }: SenderOptions): Sender {
  const url = new URL(endpoint);
  const isPlain = url.protocol === 'http:';
  const port = url.port === '' ? (isPlain ? '4317' : '443') : url.port;
  const proxy = proxyFor(endpoint);
  const make = (): Client =>
    new Client(
      `${url.hostname}:${port}`,
      isPlain
        ? credentials.createInsecure()
        : credentials.createSsl(ca === null ? null : Buffer.from([...rootCertificates, ca].join('\n'))),
      {
        'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
        // Ours is the only queue; and its wait, not the channel's minutes, says when to try again.
        'grpc.max_reconnect_backoff_ms': 1_000,
        'grpc.initial_reconnect_backoff_ms': 500,
        'grpc.enable_http_proxy': proxy === null ? 0 : 1,
      },
    );
  const client = proxy === null ? make() : byProxy(proxy, make);
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return {
    send: async ({ signal, gzipped }) => {
      const message = await unzip(gzipped);
      return new Promise((resolve) => {
        client.makeUnaryRequest(
          METHODS[signal],
          (request: Buffer) => request,
          (response: Buffer) => response,
          message,
          metadata,
          { deadline: Date.now() + ANSWER_WITHIN_MS },
          (error, response) =>
            resolve(
              error === null
                ? { kind: 'taken', status: 200, ...partialSuccess(signal, response ?? new Uint8Array()) }
                : failure(error, endpoint),
            ),
        );
      });
    },
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

function failure({ code, details }: ServiceError, endpoint: string): Answer {
  const said = `gRPC ${status[code]}: ${details}`;
  const reason = code === status.UNAVAILABLE ? said + proxyHint(endpoint, details) : said;
  const http = AS_HTTP[code] ?? null;
  return RETRYABLE.has(code)
    ? { kind: 'later', status: http, reason, retryAfterMs: null }
    : { kind: 'refused', status: http ?? 500, reason };
}
