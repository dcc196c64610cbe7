import { dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { RequestHandler, Router } from 'express';
import { Assets, folderWith } from './assets';

/** No inline script or style, nothing from elsewhere, nothing sent elsewhere. */
const policy = (frameAncestors: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');

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

/** The page's files (they are not compiled, so they lie beside the source), and uPlot under its version. */
export function pageAssets(): Assets {
  const folder = folderWith('index.html', [
    join(__dirname, 'public'),
    join(__dirname, '../../../services/console/public'),
  ]);
  const uplot = dirname(dirname(require.resolve('uplot')));
  const { version } = JSON.parse(readFileSync(join(uplot, 'package.json'), 'utf8')) as { version: string };
  return new Assets()
    .addFolder(folder)
    .addFile(`/vendor/uplot-${version}.css`, join(uplot, 'dist/uPlot.min.css'), true)
    .addFile(`/vendor/uplot-${version}.js`, join(uplot, 'dist/uPlot.iife.min.js'), true);
}

/** Serves the page. Its read-only views for slides (`?embed=…`) may be framed by any page; the rest by its own only. */
export function mountPage(router: Router, assets: Assets = pageAssets()): void {
  router.get('/', (request, response, next) => {
    if (typeof request.query.embed === 'string') {
      response.set('content-security-policy', policy('* file:'));
    }
    next();
  });
  router.use(assets.handler());
}
