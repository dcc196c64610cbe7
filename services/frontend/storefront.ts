import type { RequestHandler } from 'express';
import { pageFiles } from '../lib/page-files';

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

/** Serves the storefront page. */
export function storefront(): RequestHandler {
  return pageFiles('frontend', {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  });
}
