import type { Response, Router } from 'express';
import type { ServiceName } from '../catalog';
import { HttpError } from '../lib/errors';
import { callService, DownstreamError } from '../lib/http-client';
import { logger } from '../lib/logger';
import { parseInput } from '../lib/validate';
import { browse } from './browse';
import {
  browseBody,
  cartItemBody,
  cartItemParams,
  cartParams,
  cartQuantityBody,
  productParams,
  productsQuery,
} from './input';
import { serverSpan } from '../lib/telemetry/server-span';
import { shop, type CartItem, type Product } from './shop';

const CART_TIMEOUT_MS = 1500;
const RATES_TIMEOUT_MS = 1000;

/** A call of a cart, or of what is in it. @param names `within`, with names in place of its values */
const cartCall = (cartId: string, within = '', names = within) => ({
  path: `/cart/${encodeURIComponent(cartId)}${within}`,
  template: `/cart/{id}${names}`,
  timeoutMs: CART_TIMEOUT_MS,
});
const itemCall = (cartId: string, productId: number) =>
  cartCall(cartId, `/items/${productId}`, '/items/{productId}');

/** `POST /api/browse`, and what the storefront page reads and writes: products, currencies, carts. */
export function shopRoutes(product: (productId: number) => Promise<Product>): (router: Router) => void {
  return (router) => {
    browseRoute(router);
    productRoutes(router, product);
    cartRoutes(router, product);
  };
}

function browseRoute(router: Router): void {
  router.post('/api/browse', async (request, response) => {
    // How its query ran is for the catalog to tell: there the type is that of the observed plan.
    serverSpan()?.setAttribute('endpoint.type', 'browse');
    const input = parseInput(browseBody, request.body ?? {});
    const page = await browse(input, shop);
    if (page.adsMissing) serverSpan()?.setAttribute('ads.missing', true);
    response.json({
      status: 'success',
      flow: 'baseline_browse',
      user_id: page.userId,
      category: input.category,
      cart: page.cart,
      products: page.products,
      ads: page.ads,
      currency: { code: page.dollar.to, per_usd: page.dollar.rate },
    });
  });
}

function productRoutes(router: Router, product: (productId: number) => Promise<Product>): void {
  router.get('/api/products', async (request, response) => {
    const { category, limit } = parseInput(productsQuery, request.query);
    response.json({ category, products: await shop.listProducts(category, limit) });
  });

  router.get('/api/products/:id', async (request, response) => {
    const { id } = parseInput(productParams, request.params);
    response.json({ product: await product(id) });
  });

  router.get('/api/low-stock', async (_request, response) => {
    response.json({ products: await shop.listLowStock() });
  });

  router.get('/api/currencies', async (_request, response) => {
    await relay(response, 'currency', { path: '/rates', timeoutMs: RATES_TIMEOUT_MS });
  });
}

function cartRoutes(router: Router, product: (productId: number) => Promise<Product>): void {
  router.get('/api/cart/:id', async (request, response) => {
    const { id } = parseInput(cartParams, request.params);
    await relay(response, 'cart', cartCall(id));
  });

  router.delete('/api/cart/:id', async (request, response) => {
    const { id } = parseInput(cartParams, request.params);
    await relay(response, 'cart', { method: 'DELETE', ...cartCall(id) });
  });

  router.post('/api/cart/:id/items', async (request, response) => {
    const { id } = parseInput(cartParams, request.params);
    const item = parseInput(cartItemBody, request.body);
    const { name, price_cents } = await product(item.product_id);
    await assertInStock(item);
    await relay(response, 'cart', {
      method: 'POST',
      ...cartCall(id, '/items'),
      json: { ...item, name, unit_price_cents: price_cents },
    });
  });

  router.put('/api/cart/:id/items/:productId', async (request, response) => {
    const { id, productId } = parseInput(cartItemParams, request.params);
    const { quantity } = parseInput(cartQuantityBody, request.body);
    const { name, price_cents } = await product(productId);
    await relay(response, 'cart', {
      method: 'PUT',
      ...itemCall(id, productId),
      json: { quantity, name, unit_price_cents: price_cents },
    });
  });

  router.delete('/api/cart/:id/items/:productId', async (request, response) => {
    const { id, productId } = parseInput(cartItemParams, request.params);
    await relay(response, 'cart', { method: 'DELETE', ...itemCall(id, productId) });
  });
}

/**
 * What is sold out isn't put into a cart. Only the reservation counts, at the checkout: an inventory that doesn't answer
 * refuses nobody.
 */
async function assertInStock({
  product_id,
  quantity,
}: Pick<CartItem, 'product_id' | 'quantity'>): Promise<void> {
  const available = await shop.availableStock(product_id).catch((error: unknown) => {
    if (!(error instanceof DownstreamError)) throw error;
    logger.warn({ event: 'stock_unknown', err: error }, 'put into the cart without a look at the stock');
    return Infinity;
  });
  if (available < quantity) {
    throw new HttpError(409, 'out-of-stock', `Of product ${product_id} ${available} are left.`);
  }
}

/** Passes a service's answer on, refusals included: they say what is wrong with the caller's input. */
async function relay(
  response: Response,
  service: ServiceName,
  request: Parameters<typeof callService>[1],
): Promise<void> {
  const { status, body } = await callService(service, request);
  response.status(status).json(body);
}
