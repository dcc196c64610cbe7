import type { Router } from 'express';
import { runService } from '../lib/server';
import { checkoutRoutes } from './checkout-routes';
import { CheckoutTelemetry } from './checkout-telemetry';
import { nameFailedService } from './dependency-failure';
import { ExpiringCache } from './expiring-cache';
import { serverSpan } from '../lib/telemetry/server-span';
import { fetchProduct, shop } from './shop';
import { shopRoutes } from './shop-routes';
import { storefront } from './storefront';

/** Prices may be this old (ms). */
const PRODUCT_LIFETIME_MS = 60_000;
const PRODUCTS_REMEMBERED = 1000;

/** Starts the frontend: the orchestrator of the shop, and its page. */
export async function start(): Promise<void> {
  const products = new ExpiringCache(fetchProduct, {
    lifetimeMs: PRODUCT_LIFETIME_MS,
    maxEntries: PRODUCTS_REMEMBERED,
    now: Date.now,
  });
  const product = (productId: number) => products.get(productId);
  const addShopRoutes = shopRoutes(product);
  const addCheckoutRoutes = checkoutRoutes({ ...shop, product }, new CheckoutTelemetry());
  const page = storefront();
  await runService({
    name: 'frontend',
    routes: (router) => {
      addTraceHeader(router);
      addShopRoutes(router);
      addCheckoutRoutes(router);
      router.use(page);
      router.use(nameFailedService);
    },
  });
}

/** `x-trace-id`: with it a customer's complaint is one click from its trace. */
function addTraceHeader(router: Router): void {
  router.use((_request, response, next) => {
    const traceId = serverSpan()?.spanContext().traceId;
    if (traceId !== undefined) response.set('x-trace-id', traceId);
    next();
  });
}
