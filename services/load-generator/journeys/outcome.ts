/**
 * What became of a journey. An error is a transport failure, a timeout, a status of 500 and above, or a refusal
 * (4xx), which would be a fault of this generator. A declined card (402) is an answer, not an error.
 */
export type ErrorKind = 'timeout' | 'transport' | 'server_error' | 'client_error';

export type Outcome =
  | { result: 'completed' }
  | { result: 'declined' }
  | { result: 'error'; kind: ErrorKind; status: number | null; reason: string };

/** Classifies an answer by its status; `reason` is the answer's own word for it, where it has one. */
export function classifyStatus(status: number, reason = `status-${status}`): Outcome {
  if (status === 402) return { result: 'declined' };
  if (status >= 500) return { result: 'error', kind: 'server_error', status, reason };
  if (status >= 400) return { result: 'error', kind: 'client_error', status, reason };
  return { result: 'completed' };
}

/** What undici says of a caller whose patience ended. */
const TIMEOUT_CODES: ReadonlySet<unknown> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Classifies what a request threw: our own patience ending, or the connection. */
export function classifyFailure(failure: unknown): Outcome {
  const { name, code } = (failure ?? {}) as { name?: unknown; code?: unknown };
  if (name === 'TimeoutError' || TIMEOUT_CODES.has(code))
    return { result: 'error', kind: 'timeout', status: null, reason: 'load-generator-timeout' };
  const reason = typeof code === 'string' ? code : 'transport-failure';
  return { result: 'error', kind: 'transport', status: null, reason };
}
