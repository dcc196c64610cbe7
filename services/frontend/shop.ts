import { z } from 'zod';
import type { ServiceName } from '../catalog';
import { HttpError } from '../lib/errors';
import { charge, type Charge } from '../lib/charge';
import { callService, refused, type ServiceRequest } from '../lib/http-client';

/**
 * The services behind the frontend, as functions. Each throws DownstreamError (503, naming the service) when its
 * service fails, is late or answers something unexpected.
 */

/**
 * How long each service may take (ms). A browse waits for the cart, then for the slowest of products, ads and
 * currency: 2500 at most.
 */
/** As seed 003 gives them; what it doesn't name (a product, the low stock's scan) after those. Recommendations: the scenario's. */
const TIMEOUT_MS = {
  cart: 2000,
  products: 3000,
  product: 3000,
  lowStock: 5000,
  ads: 1000,
  currency: 1000,
  shipping: 2000,
  stock: 1000,
  reservation: 3000,
  order: 2000,
} as const;

const productSchema = z.object({
  id: z.int(),
  name: z.string(),
  category: z.string(),
  price_cents: z.int(),
  stock_quantity: z.int(),
});
export type Product = z.infer<typeof productSchema>;

const cartSchema = z.object({
  cart_id: z.string(),
  items: z.array(
    z.object({ product_id: z.int(), quantity: z.int(), unit_price_cents: z.int(), name: z.string() }),
  ),
  total_cents: z.int(),
});
export type Cart = z.infer<typeof cartSchema>;

const adsSchema = z.object({
  ads: z.array(z.object({ id: z.string(), title: z.string(), text: z.string(), href: z.string() })),
});
export type Ad = z.infer<typeof adsSchema>['ads'][number];

const conversionSchema = z.object({
  amount: z.number(),
  from: z.string(),
  to: z.string(),
  rate: z.number(),
  converted: z.number(),
});
export type Conversion = z.infer<typeof conversionSchema>;

const shippingSchema = z.object({
  cost_cents: z.int(),
  currency: z.literal('USD'),
  days: z.int(),
  carrier: z.string(),
});
export type ShippingQuote = z.infer<typeof shippingSchema>;

const recommendationsSchema = z.object({
  recommendations: z.array(z.object({ id: z.int(), name: z.string(), price_cents: z.int() })),
});
export type Recommendation = z.infer<typeof recommendationsSchema>['recommendations'][number];

const createdOrderSchema = z.object({
  order_id: z.string(),
  created: z.boolean(),
  total_cents: z.int(),
  currency: z.string(),
});
export type CreatedOrder = z.infer<typeof createdOrderSchema>;

/** An order the frontend wrote: it always tells the payment and the prices (USD cents). */
const storedOrderSchema = z.object({
  order: z.object({
    order_id: z.string(),
    user_id: z.string(),
    total_cents: z.int(),
    currency: z.string(),
    payment_id: z.string(),
    items: z.array(z.object({ product_id: z.int(), quantity: z.int(), unit_price_cents: z.int() })),
  }),
});
export type StoredOrder = z.infer<typeof storedOrderSchema>['order'];

// Made once: a schema costs more to make than to use.
const listedSchema = z.object({ products: z.array(productSchema) });
const foundSchema = z.object({ product: productSchema });
const stockSchema = z.object({ available: z.int() });
const anySchema = z.unknown();
const chargedSchema = z.object({ payment_id: z.string() });

/** Calls a service that has no reason to refuse: a 4xx of it is a fault of ours, not of our caller. */
async function ask<T>(service: ServiceName, request: ServiceRequest<T>): Promise<T> {
  const { status, body } = await callService(service, request);
  if (status >= 300) throw refused(service, status, body);
  return body;
}

export async function readCart(cartId: string): Promise<Cart> {
  return ask('cart', {
    path: `/cart/${encodeURIComponent(cartId)}`,
    template: '/cart/{id}',
    timeoutMs: TIMEOUT_MS.cart,
    schema: cartSchema,
  });
}

export async function listProducts(category: string, limit?: number): Promise<Product[]> {
  const { products } = await ask('product-catalog', {
    path: '/products',
    query: { category, limit },
    timeoutMs: TIMEOUT_MS.products,
    schema: listedSchema,
  });
  return products;
}

/** @throws HttpError 404 `unknown-product` */
export async function fetchProduct(productId: number): Promise<Product> {
  const { status, body } = await callService('product-catalog', {
    path: `/products/${String(productId)}`,
    template: '/products/{id}',
    timeoutMs: TIMEOUT_MS.product,
    schema: foundSchema,
  });
  if (status === 404) throw new HttpError(404, 'unknown-product', `there is no product ${String(productId)}`);
  if (status >= 300) throw refused('product-catalog', status, body);
  return body.product;
}

/** The products that are about to sell out. */
export async function listLowStock(): Promise<Product[]> {
  const { products } = await ask('product-catalog', {
    path: '/products/low-stock',
    timeoutMs: TIMEOUT_MS.lowStock,
    schema: listedSchema,
  });
  return products;
}

export async function fetchAds(category: string): Promise<Ad[]> {
  const { ads } = await ask('ad-service', {
    path: '/ads',
    query: { category },
    timeoutMs: TIMEOUT_MS.ads,
    schema: adsSchema,
  });
  return ads;
}

/** @param amountCents hundredths of a dollar @param to one of the shop's currencies */
export async function convertFromUsd(amountCents: number, to: string): Promise<Conversion> {
  return ask('currency', {
    path: '/convert',
    query: { amount: (amountCents / 100).toFixed(2), from: 'USD', to },
    timeoutMs: TIMEOUT_MS.currency,
    schema: conversionSchema,
  });
}

/**
 * Recommendations for a user: the demo's query.
 * @param timeoutMs how long the caller can wait
 */
export async function fetchRecommendations(userId: string, timeoutMs: number): Promise<Recommendation[]> {
  const { recommendations } = await ask('product-catalog', {
    path: '/products/recommendations',
    query: { category: 'electronics', user_id: userId },
    timeoutMs,
    schema: recommendationsSchema,
  });
  return recommendations;
}

export async function quoteShipping(
  items: readonly { weight: number; quantity: number }[],
  zip: string,
): Promise<ShippingQuote> {
  return ask('shipping', {
    method: 'POST',
    path: '/calculate',
    json: { items, zip },
    timeoutMs: TIMEOUT_MS.shipping,
    schema: shippingSchema,
  });
}

/** Pieces of a product that can be had. @throws HttpError 404 `unknown-product` */
export async function availableStock(productId: number): Promise<number> {
  const { status, body } = await callService('inventory', {
    path: `/stock/${String(productId)}`,
    template: '/stock/{id}',
    timeoutMs: TIMEOUT_MS.stock,
    schema: stockSchema,
  });
  if (status === 404) throw new HttpError(404, 'unknown-product', `there is no product ${String(productId)}`);
  if (status >= 300) throw refused('inventory', status, body);
  return body.available;
}

/** Pieces of an order. */
export interface Reservation {
  order_id: string;
  items: { product_id: number; quantity: number }[];
}

/** Puts the pieces of an order aside, once however often. @throws HttpError 409 `out-of-stock` */
export async function reserveStock(reservation: Reservation): Promise<void> {
  await askToReserve(reservation, anySchema);
}

/**
 * Puts the pieces aside if the card is good for them, in one go: the inventory asks payment itself.
 *
 * @returns the payment's number, or null for a card that was declined: then nothing is reserved
 * @throws HttpError 409 `out-of-stock`
 */
export async function reserveAndCharge(reservation: Reservation, payment: Charge): Promise<string | null> {
  const answer = await askToReserve({ ...reservation, payment }, chargedSchema);
  return answer?.payment_id ?? null;
}

/** @returns null for a card that was declined */
async function askToReserve<T>(
  json: Reservation & { payment?: object },
  schema: z.ZodType<T>,
): Promise<T | null> {
  const { status, body } = await callService('inventory', {
    method: 'POST',
    path: '/reservations',
    json,
    timeoutMs: TIMEOUT_MS.reservation,
    schema,
  });
  if (status === 402) return null;
  if (status === 409) throw new HttpError(409, 'out-of-stock', 'Sold out: so many pieces are not left.');
  if (status >= 300) throw refused('inventory', status, body);
  return body;
}

/** Gives the pieces of an order back. */
export async function releaseStock(orderId: string): Promise<void> {
  await ask('inventory', {
    method: 'DELETE',
    path: `/reservations/${encodeURIComponent(orderId)}`,
    template: '/reservations/{id}',
    timeoutMs: TIMEOUT_MS.reservation,
  });
}

/** The order of an id; null if there is none. */
export async function findOrder(orderId: string): Promise<StoredOrder | null> {
  const { status, body } = await callService('checkout', {
    path: `/orders/${encodeURIComponent(orderId)}`,
    template: '/orders/{id}',
    timeoutMs: TIMEOUT_MS.order,
    schema: storedOrderSchema,
  });
  if (status === 404) return null;
  if (status >= 300) throw refused('checkout', status, body);
  return body.order;
}

/** Writes the order, or finds it written by an earlier request with the same key. */
export async function createOrder(order: {
  order_id: string;
  idempotency_key: string;
  user_id: string;
  currency: string;
  total_cents: number;
  payment_id: string;
  items: { product_id: number; quantity: number; unit_price_cents: number; name: string }[];
}): Promise<CreatedOrder> {
  const { status, body } = await callService('checkout', {
    method: 'POST',
    path: '/orders/create',
    json: order,
    timeoutMs: TIMEOUT_MS.order,
    schema: createdOrderSchema,
  });
  if (status >= 300) throw refused('checkout', status, body);
  return body;
}

/** Keeps on record that an order's card was declined. */
export async function recordDeclined(order: {
  order_id: string;
  user_id: string;
  currency: string;
  total_cents: number;
}): Promise<void> {
  await ask('checkout', {
    method: 'POST',
    path: '/orders/declined',
    json: order,
    timeoutMs: TIMEOUT_MS.order,
  });
}

/** Takes what was bought out of a cart. */
export async function emptyCart(cartId: string): Promise<void> {
  await ask('cart', {
    method: 'DELETE',
    path: `/cart/${encodeURIComponent(cartId)}`,
    template: '/cart/{id}',
    timeoutMs: TIMEOUT_MS.cart,
  });
}

/** Everything checkout and browse need; tests put their own functions in its place. */
export const shop = {
  readCart,
  emptyCart,
  listProducts,
  fetchAds,
  convertFromUsd,
  fetchRecommendations,
  quoteShipping,
  availableStock,
  reserveStock,
  reserveAndCharge,
  releaseStock,
  charge,
  findOrder,
  createOrder,
  recordDeclined,
};
export type Shop = typeof shop;
