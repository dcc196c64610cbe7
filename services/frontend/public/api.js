/** Requests to the shop. */

import { SHOP } from './shop-facts.js';

/** @import { CheckoutAnswer } from '../checkout-routes' */
/** @import { CheckoutInput } from '../input' */
/** @import { Ad, Cart, Product } from '../shop' */
/** @import { Currency } from './money.js' */

/** What the shop answered when it did not do what was asked, or that it could not be reached (status 0). */
export class ShopError extends Error {
  /** @param {number} status 0: unreachable @param {any} body @param {string | null} traceId */
  constructor(status, body, traceId) {
    super(body?.error ?? (status === 0 ? 'The shop cannot be reached.' : `The shop answered ${status}.`));
    this.status = status;
    this.reason = body?.reason ?? (status === 0 ? 'unreachable' : 'unknown');
    this.body = body ?? {};
    this.traceId = traceId ?? body?.trace_id ?? null;
  }
}

/**
 * @param {string} method @param {string} path @param {object} [json]
 * @returns {Promise<any>}
 * @throws {ShopError}
 */
async function ask(method, path, json) {
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(SHOP.patienceMs),
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

const cartPath = (/** @type {string} */ cartId) => `/api/cart/${encodeURIComponent(cartId)}`;

/** @param {string} cartId @param {number} productId */
const itemPath = (cartId, productId) => `${cartPath(cartId)}/items/${productId}`;

/**
 * @type {{
 *   browse(visit: object): Promise<{ products: Product[], ads: Ad[] }>,
 *   product(id: number): Promise<{ product: Product }>,
 *   lowStock(): Promise<{ products: Product[] }>,
 *   currencies(): Promise<{ rates: Currency[] }>,
 *   cart(cartId: string): Promise<Cart>,
 *   addToCart(cartId: string, productId: number): Promise<Cart>,
 *   setQuantity(cartId: string, productId: number, quantity: number): Promise<Cart>,
 *   removeFromCart(cartId: string, productId: number): Promise<Cart>,
 *   checkout(order: Omit<CheckoutInput, 'currency'> & { currency: string }): Promise<CheckoutAnswer>,
 * }}
 */
export const api = {
  browse: (visit) => ask('POST', '/api/browse', visit),
  product: (id) => ask('GET', `/api/products/${id}`),
  lowStock: () => ask('GET', '/api/low-stock'),
  currencies: () => ask('GET', '/api/currencies'),
  cart: (cartId) => ask('GET', cartPath(cartId)),
  addToCart: (cartId, id) => ask('POST', `${cartPath(cartId)}/items`, { product_id: id, quantity: 1 }),
  setQuantity: (cartId, id, quantity) => ask('PUT', itemPath(cartId, id), { quantity }),
  removeFromCart: (cartId, id) => ask('DELETE', itemPath(cartId, id)),
  checkout: (order) => ask('POST', '/api/checkout', order),
};
