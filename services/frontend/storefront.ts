import { Router } from 'express';
import { pageFiles, pagePolicy } from '../lib/page-files';
import { SHOP, type ShopFacts } from './shop-facts';

const HEADERS = {
  'content-security-policy': pagePolicy("form-action 'self'", "frame-ancestors 'self'"),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

/**
 * Serves the storefront page.
 *
 * @param browserTelemetry whether a page that is opened now sends spans of its own
 */
export function storefront(browserTelemetry: () => boolean): Router {
  const router = Router();
  router.get('/shop-facts.js', (_request, response) => {
    const facts: ShopFacts = { ...SHOP, browserTelemetry: browserTelemetry() };
    response
      .set({ ...HEADERS, 'cache-control': 'no-cache' })
      .type('js')
      .send(`export const SHOP = ${JSON.stringify(facts)};\n`);
  });
  return router.use(pageFiles('frontend', HEADERS));
}
