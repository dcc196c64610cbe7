import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';

/** No inline script or style, nothing from elsewhere, nothing sent elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Headers of every answer of the console. */
export function securityHeaders(): RequestHandler {
  return (_request, response, next) => {
    response.set({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    next();
  };
}

/** Serves the page; its files are not compiled, so they lie beside the source. */
export function mountPage(router: Router): void {
  const candidates = [join(__dirname, 'public'), join(__dirname, '../../../services/console/public')];
  const directory = candidates.find((candidate) => existsSync(join(candidate, 'index.html')));
  if (directory === undefined)
    throw new Error(`the console's page is missing: looked in ${candidates.join(' and ')}`);
  router.use(express.static(directory, { index: 'index.html', maxAge: 0, etag: true }));
}
