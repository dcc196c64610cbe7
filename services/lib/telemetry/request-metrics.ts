import type { RequestHandler } from 'express';
import { activeCohort } from '../cohort';
import { DURATION_BOUNDS } from './duration-bounds';
import { meter } from './metrics';
import { outcomeOf, routeOf } from './request-outcome';

/** Methods the convention knows: another one, of whoever sends it, would make a series of its own. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  ...['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'],
]);

/**
 * Records `http.server.request.duration` of every request of a cohort, by the convention
 * (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration), and with
 * `traffic.type`, which the instrumentation's own lacks.
 */
export function requestMetrics(): RequestHandler {
  const duration = meter().createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
    advice: { explicitBucketBoundaries: DURATION_BOUNDS },
  });
  return (request, response, next) => {
    const cohort = activeCohort();
    // Run-time control belongs to neither cohort, and would drown the requests of a quiet shop.
    if (!cohort) {
      next();
      return;
    }
    const startedAt = performance.now();
    response.once('close', () => {
      const route = routeOf(request);
      duration.record((performance.now() - startedAt) / 1000, {
        'http.request.method': KNOWN_METHODS.has(request.method) ? request.method : '_OTHER',
        'url.scheme': request.protocol,
        'network.protocol.version': request.httpVersion,
        // One that matches no route has none: a name for it would be an invented route.
        ...(route === null ? {} : { 'http.route': route }),
        ...outcomeOf(response),
        'traffic.type': cohort.trafficType,
      });
    });
    next();
  };
}
