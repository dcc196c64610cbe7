import { Agent, request } from 'node:http';

/** A request as it is to be on the wire: nothing in it is corrected on the way. */
export interface WireRequest {
  url: string;
  method: string;
  /** Path and query, literally. */
  target: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer | null;
  /** Only the answer's head is waited for. */
  headOnly?: boolean;
}

export interface WireAnswer {
  status: number;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
/** Longer than any service takes (ms): who does not answer by then hangs. */
const PATIENCE_MS = 20_000;

/** Sends a request. @throws when nobody answers it in time, or the connection breaks */
export function send({
  url,
  method,
  target,
  headers,
  body,
  headOnly = false,
}: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(url);
  // Node gives a GET's body no length of its own: the server would take it for the next request.
  const length = body === null ? {} : { 'content-length': String(body.length) };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path: target,
        agent,
        headers: { ...length, ...headers },
        timeout: PATIENCE_MS,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (headOnly) {
          response.destroy();
          resolve({ status, text: '' });
          return;
        }
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk.slice(0, 10_000)));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status, text });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${String(PATIENCE_MS)} ms`)));
    outgoing.on('error', reject);
    if (body === null) outgoing.end();
    else outgoing.end(body);
  });
}

/** Ends the connections that are kept. */
export function hangUp(): void {
  agent.destroy();
}
