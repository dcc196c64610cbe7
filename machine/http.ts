import { request, type RequestOptions } from 'node:http';
import { parseJson } from './json';

/** An answer: its status, and its JSON body (null when it is none). */
export interface JsonAnswer {
  status: number;
  body: unknown;
}

/** How one of the shop's services is asked. */
export interface CallOptions {
  /** The whole call may take this long (ms). */
  timeoutMs: number;
  /** Admin token, sent as bearer. */
  token?: string;
  headers?: Readonly<Record<string, string>>;
  /** A socket of this machine by which the URL's host is reached. */
  socketPath?: string;
}

/** Larger answers than this are none of ours (bytes). */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * GETs JSON from one of the shop's services.
 *
 * @throws when nobody answers within `timeoutMs`, or with more than 16 MiB
 */
export function getJson(url: string, options: CallOptions): Promise<JsonAnswer> {
  return call(url, 'GET', options);
}

/**
 * POSTs JSON to one of the shop's services.
 *
 * @throws when nobody answers within `timeoutMs`, or with more than 16 MiB
 */
export function postJson(url: string, json: unknown, options: CallOptions): Promise<JsonAnswer> {
  return call(url, 'POST', options, JSON.stringify(json));
}

/** `node:http` and no fetch: the runner stays 15 MB smaller, and no proxy of the environment comes between. */
function call(url: string, method: string, options: CallOptions, body?: string): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const sent: RequestOptions = {
      method,
      agent: false,
      ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...options.headers,
      },
      signal: AbortSignal.timeout(options.timeoutMs),
    };
    const outgoing = request(url, sent, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) outgoing.destroy(new Error('answer too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: parseJson(Buffer.concat(chunks).toString('utf8')),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
