/** An answer: its status, and its JSON body (null when it is none). */
export interface JsonAnswer {
  status: number;
  body: unknown;
}

/**
 * GETs JSON from one of the shop's services.
 *
 * @throws when nobody answers within `timeoutMs`
 */
export async function getJson(
  url: string,
  options: { timeoutMs: number; token?: string },
): Promise<JsonAnswer> {
  const response = await fetch(url, {
    headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, body: parse(text) };
}

/**
 * POSTs JSON to one of the shop's services.
 *
 * @throws when nobody answers within `timeoutMs`
 */
export async function postJson(
  url: string,
  json: unknown,
  options: { timeoutMs: number; headers?: Readonly<Record<string, string>> },
): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body: JSON.stringify(json),
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
