import type { RequestHandler } from 'express';
import expressStaticGzip from 'express-static-gzip';
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { ServiceName } from '../catalog';

/** Whose path names its version, so that it never changes. */
const VERSIONED = `${sep}vendor${sep}`;

/** A page's policy: everything it uses comes from this origin, nothing is inline. @param more directives of its own */
export const pagePolicy = (...more: string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    ...more,
  ].join('; ');

/**
 * Serves a service's page from dist/services/<service>/public, as pages.mjs laid it out: compressed beforehand, known
 * again by its ETag, and asked for each time, so that its parts always belong together.
 *
 * @param headers further headers of each file
 * @throws Error if the page was not laid out
 */
export function pageFiles(
  service: ServiceName,
  headers: Readonly<Record<string, string>> = {},
): RequestHandler {
  const folder = join(__dirname, '..', service, 'public');
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`The page of ${service} is missing in ${folder}: run node pages.mjs.`);
  }
  return expressStaticGzip(folder, {
    enableBrotli: true,
    orderPreference: ['br', 'gzip'],
    serveStatic: {
      dotfiles: 'ignore',
      redirect: false,
      setHeaders: (response, file) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.setHeader(
          'cache-control',
          file.includes(VERSIONED) ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    },
  });
}
