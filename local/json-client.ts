import { get, type RequestOptions } from 'node:http';

/** An answer: its status, and its JSON body (null when it is none). */
export interface JsonAnswer {
  status: number;
  body: unknown;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * GETs JSON from one of the shop's services. `node:http` and no fetch: the runner stays small.
 *
 * @throws Error when nobody answers within `timeoutMs`
 */
export function getJson(url: string, options: { timeoutMs: number; token?: string }): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const request: RequestOptions = {
      agent: false,
      headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
      signal: AbortSignal.timeout(options.timeoutMs),
    };
    const call = get(url, request, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) call.destroy(new Error('answer too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) });
      });
    });
    call.on('error', reject);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The value at a path of unknown JSON, null where there is none. */
export function at(value: unknown, ...keys: string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !(key in found)) return null;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** As `at`, for a number. */
export function numberAt(value: unknown, ...keys: string[]): number | null {
  const found = at(value, ...keys);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** As `at`, for a text. */
export function textAt(value: unknown, ...keys: string[]): string | null {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : null;
}
