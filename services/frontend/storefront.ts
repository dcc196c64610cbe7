import { Router } from 'express';
import { pageFiles } from '../lib/page-files';
import { SHOP } from './shop-facts';

/** Everything the page uses comes from this origin, and nothing is inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

/** Serves the storefront page. */
export function storefront(): Router {
  const facts = `export const SHOP = ${JSON.stringify(SHOP)};\n`;
  const router = Router();
  router.get('/shop-facts.js', (_request, response) => {
    response
      .set({ ...HEADERS, 'cache-control': 'no-cache' })
      .type('js')
      .send(facts);
  });
  return router.use(pageFiles('frontend', HEADERS));
}
