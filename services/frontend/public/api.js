/** Requests to the shop. */

/** What the shop answered when it did not do what was asked, or that it could not be reached (status 0). */
export class ShopError extends Error {
  constructor(status, body, traceId) {
    super(body?.error ?? (status === 0 ? 'The shop cannot be reached.' : `The shop answered ${status}.`));
    this.status = status;
    this.reason = body?.reason ?? (status === 0 ? 'unreachable' : 'unknown');
    this.body = body ?? {};
    this.traceId = traceId ?? body?.trace_id ?? null;
  }
}

/** Longer than the frontend's own deadlines, so that its answer comes first (ms). */
const PATIENCE_MS = 20_000;

async function ask(method, path, json) {
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(json === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
    });
    text = await response.text();
  } catch {
    throw new ShopError(0, null, null);
  }
  const traceId = response.headers.get('x-trace-id');
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // An answer that isn't the shop's own, a proxy's error page for instance: the status says enough.
  }
  if (!response.ok) throw new ShopError(response.status, body, traceId);
  return { ...body, traceId };
}

const cartPath = (cartId) => `/api/cart/${encodeURIComponent(cartId)}`;

export const api = {
  browse: (visit) => ask('POST', '/api/browse', visit),
  product: (id) => ask('GET', `/api/products/${id}`),
  lowStock: () => ask('GET', '/api/low-stock'),
  currencies: () => ask('GET', '/api/currencies'),
  cart: (cartId) => ask('GET', cartPath(cartId)),
  addToCart: (cartId, productId) =>
    ask('POST', `${cartPath(cartId)}/items`, { product_id: productId, quantity: 1 }),
  setQuantity: (cartId, productId, quantity) =>
    ask('PUT', `${cartPath(cartId)}/items/${productId}`, { quantity }),
  removeFromCart: (cartId, productId) => ask('DELETE', `${cartPath(cartId)}/items/${productId}`),
  checkout: (order) => ask('POST', '/api/checkout', order),
};
