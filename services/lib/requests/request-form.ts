import type { Request, RequestHandler } from 'express';
import { HttpError } from '../errors';

/** A path and a query, and nothing a parser could read in two ways: no fragment, no backslash, no white space. */
const PLAIN_TARGET = /^\/[^#\\\s]*$/;

/** What a request says its body is, in lower case and without parameters; empty where it says nothing. */
export function mediaTypeOf({ headers }: Pick<Request, 'headers'>): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

/** Methods whose requests a web page of anybody's may send here, if they look like a form's. */
const WRITING = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Refuses request targets that two readers could take for different paths (`http://host/path`, `/path#x`, `\path`): the
 * cohort, the route and the telemetry of a request are read from the same text.
 *
 * @throws (per request) HttpError 400 `bad-target`
 */
export function plainTarget(): RequestHandler {
  return (request, _response, next) => {
    if (!PLAIN_TARGET.test(request.url)) {
      throw new HttpError(400, 'bad-target', 'The request target must be a path with an optional query.');
    }
    next();
  };
}

/**
 * Refuses a request that a page of another site makes, which its browser says itself.
 *
 * @param why what only pages of ours may
 * @throws HttpError 403 `cross-site`
 */
export function requireOwnPage({ headers }: Request, why: string): void {
  const site = headers['sec-fetch-site'];
  // `none`: an address that somebody typed.
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new HttpError(403, 'cross-site', why);
}

/**
 * Refuses to write without `content-type: application/json`, which a page of another origin cannot send unasked. An
 * authorised request without any body needs none: no such page can send that header either.
 *
 * @throws (per request) HttpError 415 `json-required`
 */
export function requireJson(): RequestHandler {
  return (request, _response, next) => {
    const { headers, method } = request;
    const type = mediaTypeOf(request);
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    const exempt = !hasBody && type === '' && headers.authorization !== undefined;
    if (WRITING.has(method) && type !== 'application/json' && !exempt) {
      throw new HttpError(
        415,
        'json-required',
        `${method} needs the header "content-type: application/json", not ${type === '' ? 'none' : JSON.stringify(type.slice(0, 100))}.`,
      );
    }
    next();
  };
}
