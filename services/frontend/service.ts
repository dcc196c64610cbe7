import type { Router } from 'express';
import { z } from 'zod';
import { HEALTHY_SALE } from '../../scenario/causes/hot-row/document';
import { presetOf } from '../../scenario/presets/all';
import { DEFAULTS } from '../../scenario/config/limits';
import { readEnv } from '../lib/env';
import { ScenarioSubscription } from '../lib/scenario-subscription';
import { runService } from '../lib/server';
import { jsonTraceExporter } from '../lib/telemetry/export/exporters';
import { browserTelemetryRoutes } from './browser/relay';
import type { TraceRequest } from './browser/trace-request';
import { checkoutRoutes } from './checkout-routes';
import { CheckoutTelemetry } from './checkout-telemetry';
import { nameFailedService } from './dependency-failure';
import { ExpiringCache } from './expiring-cache';
import { serverSpan } from '../lib/telemetry/server-span';
import { shop } from './shop';
import { shopRoutes } from './shop-routes';
import { storefront } from './storefront';

/** Prices may be this old (ms). */
const PRODUCT_LIFETIME_MS = 60_000;
const PRODUCTS_REMEMBERED = 1000;

/** Starts the frontend: the orchestrator of the shop, and its page. */
export async function start(): Promise<void> {
  const products = new ExpiringCache((productId) => shop.fetchProduct(productId), {
    lifetimeMs: PRODUCT_LIFETIME_MS,
    maxEntries: PRODUCTS_REMEMBERED,
    now: Date.now,
  });
  const product = (productId: number) => products.get(productId);
  const addShopRoutes = shopRoutes(product);
  const { DATABASE_URL } = readEnv({ DATABASE_URL: z.string().min(1) });
  const subscription = new ScenarioSubscription(DATABASE_URL, 'frontend/scenario');
  const addCheckoutRoutes = checkoutRoutes({ ...shop, product }, new CheckoutTelemetry(), () => {
    const scenario = subscription.current()?.scenario;
    return {
      recommendationsMs: scenario?.timeouts.recommendationsMs ?? presetOf('normal').recommendationsMs,
      paymentInTransaction: (scenario?.sale ?? HEALTHY_SALE).paymentInTransaction,
    };
  });
  const browserTelemetry = () =>
    subscription.current()?.scenario.browserTelemetry ?? DEFAULTS.browserTelemetry;
  const exporter = jsonTraceExporter<TraceRequest>();
  const addBrowserTelemetry = browserTelemetryRoutes({
    enabled: browserTelemetry,
    send: (request) => {
      // One that cannot be sent is lost, as any service's own.
      exporter.export(request, () => undefined);
    },
  });
  const page = storefront(browserTelemetry);
  await runService({
    name: 'frontend',
    // No readiness: without a scenario the shop sells as in normal mode.
    subscription,
    routes: (router) => {
      addTraceHeader(router);
      addShopRoutes(router);
      addCheckoutRoutes(router);
      addBrowserTelemetry(router);
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
