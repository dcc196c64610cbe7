import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { HttpError } from './errors';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets a request through only with `Authorization: Bearer <ADMIN_TOKEN>`.
 *
 * @throws (per request) HttpError 401 `unauthorized`; 503 `admin-disabled` where the process has no token
 */
export function requireAdminToken(token: string | undefined = process.env.ADMIN_TOKEN): RequestHandler {
  return (request, response, next) => {
    if (!token) {
      throw new HttpError(
        503,
        'admin-disabled',
        'This service was started without ADMIN_TOKEN: set it and restart.',
      );
    }
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    // Digests have one length, so that the comparison takes the same time whatever was given.
    if (given === undefined || !timingSafeEqual(digest(given), digest(token))) {
      response.set('WWW-Authenticate', 'Bearer');
      throw new HttpError(
        401,
        'unauthorized',
        'Admin calls need the header "Authorization: Bearer <admin token>".',
      );
    }
    next();
  };
}
