import express, { type Router } from 'express';
import { existsSync } from 'node:fs';
import path from 'node:path';

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

/** The page's parts may be this old (seconds); the page itself is asked for each time, which costs a 304. */
const ASSET_MAX_AGE_SECONDS = 300;

/**
 * The folder of the page: beside this file, or, in a compiled tree (dist/services/frontend), in the sources.
 * @throws Error if it is in neither place
 */
export function publicFolder(here: string = __dirname): string {
  const candidates = [
    path.join(here, 'public'),
    path.join(here, '..', '..', '..', 'services', 'frontend', 'public'),
  ];
  const found = candidates.find((folder) => existsSync(path.join(folder, 'index.html')));
  if (found === undefined) {
    throw new Error(`The storefront page is missing: no index.html in ${candidates.join(' or ')}`);
  }
  return found;
}

/** Serves the storefront page. */
export function storefrontRoutes(folder: string): (router: Router) => void {
  return (router) => {
    router.use(
      express.static(folder, {
        dotfiles: 'ignore',
        redirect: false,
        setHeaders: (response, file) => {
          response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
          response.setHeader('X-Content-Type-Options', 'nosniff');
          response.setHeader('Referrer-Policy', 'same-origin');
          response.setHeader(
            'Cache-Control',
            file.endsWith('.html') ? 'no-cache' : `public, max-age=${String(ASSET_MAX_AGE_SECONDS)}`,
          );
        },
      }),
    );
  };
}
