import { z } from 'zod';
import { MAIN_CATEGORY } from '../../scenario/sql/catalog';
import type { ServiceName } from '../catalog';
import { HttpError } from '../lib/errors';
import { charge, type Charge } from '../lib/charge';
import { callService, refused, type ServiceRequest } from '../lib/http-client';

/**
 * The services behind the frontend, as functions. Each throws DownstreamError (503, naming the service) when its
 * service fails, is late or answers something unexpected.
 */

/**
 * How long each service may take (ms), as seed 003 gives it; what it doesn't name (a product, the low stock's scan) after
 * those. Recommendations: the scenario's.
 */
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
export type CartItem = Cart['items'][number];

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

/** A 4xx of a service that has no reason to refuse is a fault of ours, not of our caller. */
function accepted<T>(service: ServiceName, { status, body }: { status: number; body: T }): T {
  if (status >= 300) throw refused(service, status, body);
  return body;
}

/** Calls a service that has no reason to refuse. */
async function ask<T>(service: ServiceName, request: ServiceRequest<T>): Promise<T> {
  return accepted(service, await callService(service, request));
}

/** Asks for something of a product. @throws HttpError 404 `unknown-product` */
async function askOf<T>(service: ServiceName, productId: number, request: ServiceRequest<T>): Promise<T> {
  const answer = await callService(service, request);
  if (answer.status === 404) throw new HttpError(404, 'unknown-product', `there is no product ${productId}`);
  return accepted(service, answer);
}

const cart = (cartId: string) =>
  ({
    path: `/cart/${encodeURIComponent(cartId)}`,
    template: '/cart/{id}',
    timeoutMs: TIMEOUT_MS.cart,
  }) as const;

/** Pieces of an order. */
export interface Reservation {
  order_id: string;
  items: { product_id: number; quantity: number }[];
}

/** @returns null for a card that was declined */
async function askToReserve<T>(
  json: Reservation & { payment?: object },
  schema: z.ZodType<T>,
): Promise<T | null> {
  const answer = await callService('inventory', {
    method: 'POST',
    path: '/reservations',
    json,
    timeoutMs: TIMEOUT_MS.reservation,
    schema,
  });
  if (answer.status === 402) return null;
  if (answer.status === 409)
    throw new HttpError(409, 'out-of-stock', 'Sold out: so many pieces are not left.');
  return accepted('inventory', answer);
}

/** What checkout writes of an order. */
interface OrderAmount {
  order_id: string;
  user_id: string;
  currency: string;
  total_cents: number;
}

interface OrderToWrite extends OrderAmount {
  idempotency_key: string;
  payment_id: string;
  items: { product_id: number; quantity: number; unit_price_cents: number; name: string }[];
}

/** Everything that pages, browse and checkout need; tests put their own functions in its place. */
export const shop = {
  readCart: (cartId: string): Promise<Cart> => ask('cart', { ...cart(cartId), schema: cartSchema }),

  /** Takes what was bought out of a cart. */
  emptyCart: (cartId: string) => ask('cart', { method: 'DELETE', ...cart(cartId) }),

  async listProducts(category: string, limit?: number): Promise<Product[]> {
    const { products } = await ask('product-catalog', {
      path: '/products',
      query: { category, limit },
      timeoutMs: TIMEOUT_MS.products,
      schema: listedSchema,
    });
    return products;
  },

  /** @throws HttpError 404 `unknown-product` */
  async fetchProduct(productId: number): Promise<Product> {
    const { product } = await askOf('product-catalog', productId, {
      path: `/products/${productId}`,
      template: '/products/{id}',
      timeoutMs: TIMEOUT_MS.product,
      schema: foundSchema,
    });
    return product;
  },

  /** The products that are about to sell out. */
  async listLowStock(): Promise<Product[]> {
    const { products } = await ask('product-catalog', {
      path: '/products/low-stock',
      timeoutMs: TIMEOUT_MS.lowStock,
      schema: listedSchema,
    });
    return products;
  },

  async fetchAds(category: string): Promise<Ad[]> {
    const { ads } = await ask('ad-service', {
      path: '/ads',
      query: { category },
      timeoutMs: TIMEOUT_MS.ads,
      schema: adsSchema,
    });
    return ads;
  },

  /** @param amountCents hundredths of a dollar @param to one of the shop's currencies */
  convertFromUsd: (amountCents: number, to: string): Promise<Conversion> =>
    ask('currency', {
      path: '/convert',
      query: { amount: (amountCents / 100).toFixed(2), from: 'USD', to },
      timeoutMs: TIMEOUT_MS.currency,
      schema: conversionSchema,
    }),

  /**
   * Recommendations for a user: the demo's query.
   * @param timeoutMs how long the caller can wait
   */
  async fetchRecommendations(userId: string, timeoutMs: number): Promise<Recommendation[]> {
    const { recommendations } = await ask('product-catalog', {
      path: '/products/recommendations',
      query: { category: MAIN_CATEGORY, user_id: userId },
      timeoutMs,
      schema: recommendationsSchema,
    });
    return recommendations;
  },

  quoteShipping: (
    items: readonly { weight: number; quantity: number }[],
    zip: string,
  ): Promise<ShippingQuote> =>
    ask('shipping', {
      method: 'POST',
      path: '/calculate',
      json: { items, zip },
      timeoutMs: TIMEOUT_MS.shipping,
      schema: shippingSchema,
    }),

  /** Pieces of a product that can be had. @throws HttpError 404 `unknown-product` */
  async availableStock(productId: number): Promise<number> {
    const { available } = await askOf('inventory', productId, {
      path: `/stock/${productId}`,
      template: '/stock/{id}',
      timeoutMs: TIMEOUT_MS.stock,
      schema: stockSchema,
    });
    return available;
  },

  /** Puts the pieces of an order aside, once however often. @throws HttpError 409 `out-of-stock` */
  async reserveStock(reservation: Reservation): Promise<void> {
    await askToReserve(reservation, anySchema);
  },

  /**
   * Puts the pieces aside if the card is good for them, in one go: the inventory asks payment itself.
   *
   * @returns the payment's number, or null for a card that was declined: then nothing is reserved
   * @throws HttpError 409 `out-of-stock`
   */
  async reserveAndCharge(reservation: Reservation, payment: Charge): Promise<string | null> {
    const answer = await askToReserve({ ...reservation, payment }, chargedSchema);
    return answer?.payment_id ?? null;
  },

  /** Gives the pieces of an order back. */
  releaseStock: (orderId: string) =>
    ask('inventory', {
      method: 'DELETE',
      path: `/reservations/${encodeURIComponent(orderId)}`,
      template: '/reservations/{id}',
      timeoutMs: TIMEOUT_MS.reservation,
    }),

  charge,

  /** The order of an id; null if there is none. */
  async findOrder(orderId: string): Promise<StoredOrder | null> {
    const answer = await callService('checkout', {
      path: `/orders/${encodeURIComponent(orderId)}`,
      template: '/orders/{id}',
      timeoutMs: TIMEOUT_MS.order,
      schema: storedOrderSchema,
    });
    return answer.status === 404 ? null : accepted('checkout', answer).order;
  },

  /** Writes the order, or finds it written by an earlier request with the same key. */
  createOrder: (order: OrderToWrite): Promise<CreatedOrder> =>
    ask('checkout', {
      method: 'POST',
      path: '/orders/create',
      json: order,
      timeoutMs: TIMEOUT_MS.order,
      schema: createdOrderSchema,
    }),

  /** Keeps on record that an order's card was declined. */
  recordDeclined: (order: OrderAmount) =>
    ask('checkout', {
      method: 'POST',
      path: '/orders/declined',
      json: order,
      timeoutMs: TIMEOUT_MS.order,
    }),
};
export type Shop = typeof shop;
