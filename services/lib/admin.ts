import type { RequestHandler } from 'express';
import { bearsSecret } from '../../machine/bearer';
import { HttpError } from './errors';

/** Addresses by which only this machine, or a tunnel that ends on it, is a caller. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/**
 * Lets a request through only from this machine, where `npm start` runs or a tunnel through the Kubernetes API ends: the
 * token must not cross a network in clear. And only with `Authorization: Bearer <ADMIN_TOKEN>`.
 *
 * @throws (per request) HttpError 403 `admin-from-afar`; 401 `unauthorized`; 503 `admin-disabled` where the process has no token
 */
export function requireAdminToken(token: string | undefined = process.env.ADMIN_TOKEN): RequestHandler {
  return (request, response, next) => {
    if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) {
      throw new HttpError(
        403,
        'admin-from-afar',
        'Run-time control is reached through the Kubernetes API, which encrypts it: npm run console -- --stack NAME. ' +
          'A token that was sent here in clear should be replaced.',
      );
    }
    if (!token) {
      throw new HttpError(
        503,
        'admin-disabled',
        'This service was started without ADMIN_TOKEN: set it and restart.',
      );
    }
    if (!bearsSecret(request.headers.authorization, token)) {
      response.set('WWW-Authenticate', 'Bearer');
      throw new HttpError(
        401,
        'unauthorized',
        'Admin calls need the header "Authorization: Bearer <admin token>": npm start says which file has it, of a stack it is ' +
          '`pulumi stack output adminToken --show-secrets`.',
      );
    }
    next();
  };
}
