/** What the page asks for, with names where a visitor's or a product's id is: no others make the name of a span. */
const TEMPLATES = [
  ...['browse', 'checkout', 'currencies', 'low-stock', 'products'].map((route) => `/api/${route}`),
  '/api/cart/{id}',
  '/api/cart/{id}/items',
  '/api/cart/{id}/items/{productId}',
  '/api/products/{id}',
].map((template) => ({ template, pattern: new RegExp(`^${template.replaceAll(/{\w+}/g, '[^/]+')}$`) }));
/** Anything else that belongs to a page: itself or a file, never longer. */
const PLAIN = /^\/[\w./-]{0,100}$/;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads the address of a page's request; null for what is none of this shop's.
 *
 * @param host `Host` under which the page was asked for
 */
export function addressOf(url: string | null, host: string) {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, host: named, hostname, port, pathname } = new URL(url);
  const defaultPort = DEFAULT_PORTS[protocol];
  if (defaultPort === undefined || named !== host.toLowerCase()) return null;
  const template = TEMPLATES.find(({ pattern }) => pattern.test(pathname))?.template ?? null;
  if (template === null && !PLAIN.test(pathname)) return null;
  return {
    /** Without query, and with names in place of ids. */
    full: `${protocol}//${named}${template ?? pathname}`,
    /** The path alone, of a route that the page asks for; null for what else belongs to it. */
    template,
    host: hostname,
    port: port === '' ? defaultPort : Number(port),
  };
}
