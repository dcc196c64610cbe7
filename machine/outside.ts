import { proxyFor } from './proxy';

/** What somebody outside answered. */
export type OutsideAnswer = Awaited<ReturnType<typeof askOutside>>;

/** How somebody outside is asked. */
export interface OutsideRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal: AbortSignal;
}

/**
 * Asks somebody outside over HTTP, by the proxy that the environment names for the address.
 *
 * @throws as `fetch` does: a TypeError whose `cause` says what failed
 */
export async function askOutside(url: string, request: OutsideRequest) {
  // Required here: a Pulumi provider that uses this runs from text.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const undici = require('undici') as typeof import('undici');
  const proxy = proxyFor(url);
  // Its own, so that no other setting of Node (NODE_USE_ENV_PROXY) has a say.
  const dispatcher = proxy === null ? new undici.Agent() : new undici.ProxyAgent(proxy.url);
  try {
    const response = await undici.fetch(url, { ...request, dispatcher });
    return {
      status: response.status,
      /** 2xx. */
      ok: response.ok,
      /** A header's value; null without it. */
      header: (name: string) => response.headers.get(name),
      text: await response.text(),
    };
  } finally {
    // Its connections would keep the process for seconds.
    void dispatcher.destroy();
  }
}
