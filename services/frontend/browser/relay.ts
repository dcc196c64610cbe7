import type { Router } from 'express';
import { HttpError } from '../../lib/errors';
import { requireOwnPage } from '../../lib/requests/request-form';
import { Allowance } from './allowance';
import { ClickNames } from './click-names';
import { readTraceRequest, type TraceRequest } from './trace-request';

/** Of one client: pages that are clicked through in a hurry; of all together: what the console has room for. */
const LIMITS = {
  client: { burst: 300, perMinute: 1200 },
  all: { burst: 1000, perMinute: 6000 },
  maxClients: 1000,
};

export interface RelayOptions {
  /** Whether pages are to send spans, now. */
  enabled: () => boolean;
  /** Passes spans on; not waited for. */
  send: (request: TraceRequest) => void;
  now?: () => number;
}

/**
 * `POST /v1/traces`: takes OTLP's JSON of the storefront's page, and passes on what it may say. Answers as OTLP wants
 * it: spans that were refused are counted in `partialSuccess`.
 *
 * @throws (per request) HttpError 404 `browser-telemetry-off`; 403 `cross-site`; 400 for a body that is none of ours; 429
 *   `too-many-spans` with `Retry-After`
 */
export function browserTelemetryRoutes({
  enabled,
  send,
  now = Date.now,
}: RelayOptions): (router: Router) => void {
  const allowance = new Allowance(LIMITS, now());
  const clicks = new ClickNames();
  return (router) => {
    router.post('/v1/traces', (request, response) => {
      if (!enabled())
        throw new HttpError(404, 'browser-telemetry-off', 'This shop takes no telemetry of pages.');
      requireOwnPage(request, 'Only pages of this shop send their telemetry here.');
      const reading = readTraceRequest(request.body, {
        host: request.headers.host ?? '',
        nowMs: now(),
        clicks,
        admit: (spans) => {
          const waitSeconds = allowance.take(request.socket.remoteAddress ?? '', spans, now());
          if (waitSeconds === null) return;
          response.set('Retry-After', String(waitSeconds));
          throw new HttpError(429, 'too-many-spans', 'More spans than a page sends: try again later.');
        },
      });
      const { spans, refused } = reading;
      if (spans > 0) send(reading.request);
      response.json(refused === 0 ? {} : { partialSuccess: { rejectedSpans: String(refused) } });
    });
  };
}
