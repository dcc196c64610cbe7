import { fromBinary, toJson, type DescMessage } from '@bufbuild/protobuf';
import { rootCertificates } from 'node:tls';
import { Agent, ProxyAgent, request } from 'undici';
import { proxyFor, proxyHint } from '../../../../machine/proxy';
import { EXPORTS } from '../signals';
import { ANSWER_WITHIN_MS, type Answer, type Batch, type Sender, type SenderOptions } from './answer';
import { retryAfterMs } from './backoff';
import { messageOf } from '../../../lib/errors';

/** What OTLP/HTTP tells senders to try again (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** What is quoted of an answer. */
const QUOTED = 200;

/** OTLP/HTTP in protobuf, gzipped; `/v1/<signal>` is added to the end point. A proxy is the environment's. */
export function httpSender({ endpoint, headers, ca }: SenderOptions): Sender {
  const limits = { headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS };
  const tls = ca === null ? {} : { ca: [...rootCertificates, ca] };
  const proxy = proxyFor(endpoint);
  const agent =
    proxy === null
      ? new Agent({ ...limits, connect: tls })
      : new ProxyAgent({ ...limits, uri: proxy.url, requestTls: tls });
  const base = endpoint.replace(/\/+$/, '');
  return {
    send: async ({ signal, gzipped }) => {
      try {
        const response = await request(`${base}/v1/${signal}`, {
          method: 'POST',
          dispatcher: agent,
          headers: { ...headers, 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
          body: gzipped,
        });
        const body = Buffer.from(await response.body.arrayBuffer());
        const { 'retry-after': retryAfter } = response.headers;
        return read(signal, response.statusCode, body, typeof retryAfter === 'string' ? retryAfter : null);
      } catch (error) {
        const reason = messageOf(error);
        return {
          kind: 'later',
          status: null,
          reason: reason + proxyHint(endpoint, reason),
          retryAfterMs: null,
        };
      }
    },
    close: () => agent.close(),
  };
}

function read(signal: Batch['signal'], status: number, body: Buffer, retryAfter: string | null): Answer {
  if (status < 300) return { kind: 'taken', status, ...partialSuccess(signal, body) };
  const reason = `HTTP ${status}${quote(body)}`;
  return RETRYABLE.has(status)
    ? { kind: 'later', status, reason, retryAfterMs: retryAfterMs(retryAfter, Date.now()) }
    : { kind: 'refused', status, reason };
}

/** What of a text answer helps to mend it; a protobuf one's unreadable bytes are left out. */
function quote(body: Buffer): string {
  const text = body
    .subarray(0, QUOTED)
    .toString('utf8')
    .replace(/[^\p{L}\p{N}\p{P}\p{S}]|\uFFFD/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text}`;
}

/** How many records an answer says it did not take: an empty or foreign body says none. */
export function partialSuccess(
  signal: Batch['signal'],
  body: Uint8Array,
): { rejected: number; reason: string } {
  try {
    const { response, rejected } = EXPORTS[signal];
    const { partialSuccess = {} } = toJson<DescMessage>(
      response,
      fromBinary<DescMessage>(response, body),
    ) as {
      partialSuccess?: Partial<Record<string, string>>;
    };
    return { rejected: Number(partialSuccess[rejected] ?? 0), reason: partialSuccess.errorMessage ?? '' };
  } catch {
    return { rejected: 0, reason: '' };
  }
}
