import type { RequestHandler, Router } from 'express';
import { pageFiles, pagePolicy } from '../../lib/page-files';

const policy = (frameAncestors: string): string =>
  pagePolicy(
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    `frame-ancestors ${frameAncestors}`,
  );

/** Headers of every answer of the console. */
export function securityHeaders(): RequestHandler {
  return (_request, response, next) => {
    response.set({
      'content-security-policy': policy("'self'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    });
    next();
  };
}

/** Serves the page. Its read-only views for slides (`?embed=…`) may be framed by any page; the rest by its own only. */
export function mountPage(router: Router): void {
  router.get('/', (request, response, next) => {
    if (typeof request.query.embed === 'string') {
      response.set('content-security-policy', policy('* file:'));
    }
    next();
  });
  router.use(pageFiles('console'));
}
