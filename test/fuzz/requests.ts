import { gzipSync } from 'node:zlib';
import { encodeRequest } from '../otlp/encode';
import type { Chance } from './chance';
import { corrupted, jsonText, mutated, NASTY_SEGMENTS } from './mutate';
import type { FuzzedRoute } from './routes';
import type { WireRequest } from '../wire';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND'];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  [
    'content-type',
    ['application/json; charset=utf-8', 'application/json; charset=utf-7', 'text/plain', 'a', ''],
  ],
  ['content-encoding', ['gzip', 'br', 'deflate', 'zstd', 'identity', 'x']],
  ['accept-encoding', ['br', 'gzip;q=9', '*', 'x']],
  [
    'traceparent',
    ['00-00000000000000000000000000000000-0000000000000000-01', '00-x', 'ff-' + 'a'.repeat(900)],
  ],
  ['baggage', ['traffic.type=demo,demo.run_id=forged,demo.minute=1e9', '=,=,;', 'a=' + '%'.repeat(500)]],
  ['x-cohort-key', ['', 'guess']],
  ['idempotency-key', ['"', '"k"', 'k'.repeat(500), 'ключ'.replaceAll(/[^a-z]/g, '') + '!']],
  ['x-request-timeout-ms', ['0', '-1', '1', '1e9', 'soon']],
  ['host', ['evil.example', 'localhost.', '[::1]', '127.0.0.1:99999', '-']],
  ['authorization', ['Bearer', 'Bearer guess', 'Basic YTpi']],
  ['if-none-match', ['*', '"']],
  ['range', ['bytes=0-', 'bytes=9-1']],
  ['expect', ['100-continue']],
];

function pathOf(route: FuzzedRoute, chance: Chance): string {
  const path = route.path.replaceAll(/:(\w+)/g, (_all, name: string) =>
    chance.happens(0.6) ? chance.oneOf(NASTY_SEGMENTS) : (route.params?.[name] ?? ''),
  );
  if (!chance.happens(0.1)) return path;
  return chance.oneOf([`${path}/`, path.toUpperCase(), `/${path}`, `${path}/..`, `${path}%2f`, `${path};x`]);
}

function queryOf(route: FuzzedRoute, chance: Chance): string {
  const parts = Object.entries(route.query ?? {}).flatMap(([name, value]) => {
    if (chance.happens(0.2)) return [];
    const given = chance.happens(0.5) ? chance.oneOf(NASTY_SEGMENTS) : encodeURIComponent(value);
    if (chance.happens(0.1)) return [`${name}=${given}`, `${name}=${given}`];
    return [chance.happens(0.1) ? `${name}[x][y]=${given}` : `${name}=${given}`];
  });
  if (chance.happens(0.05)) parts.push(chance.oneOf(['__proto__[x]=1', '&&&', '=', 'a'.repeat(5_000)]));
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** A request of a route in which something is wrong, or everything, or nothing. */
export function fuzzedRequest(
  route: FuzzedRoute,
  url: string,
  adminToken: string,
  chance: Chance,
): WireRequest {
  const method = chance.happens(0.05) ? chance.oneOf(METHODS) : route.method;
  const withBody = route.body !== undefined || chance.happens(0.03);
  const headers: Record<string, string> = {
    ...(withBody ? { 'content-type': 'application/json' } : {}),
    ...(route.admin === true && chance.happens(0.7) ? { authorization: `Bearer ${adminToken}` } : {}),
  };
  while (chance.happens(0.2)) {
    const [name, values] = chance.oneOf(HEADERS);
    headers[name] = chance.oneOf(values);
  }
  return {
    url,
    method,
    target: pathOf(route, chance) + queryOf(route, chance),
    headers,
    body: withBody && method !== 'HEAD' ? jsonText(mutated(route.body, chance), chance) : null,
    headOnly: route.stream === true,
  };
}

const ATTRIBUTES = [
  { key: 'traffic.type', value: { stringValue: 'demo' } },
  { key: 'demo.run_id', value: { stringValue: 'fuzz' } },
  { key: 'demo.minute', value: { intValue: '3' } },
  { key: 'order.total', value: { doubleValue: 5.5 } },
];
const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'frontend' } }] };
const NOW = '1700000000000000000';
const IDS = { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '1112131415161718' };

/** One small request of each signal, in OTLP's JSON. */
const TELEMETRY = {
  traces: {
    resourceSpans: [
      {
        resource: RESOURCE,
        scopeSpans: [
          {
            spans: [
              {
                ...IDS,
                parentSpanId: '2122232425262728',
                name: 'POST /api/checkout',
                kind: 2,
                startTimeUnixNano: NOW,
                endTimeUnixNano: '1700000000100000000',
                attributes: ATTRIBUTES,
                events: [{ timeUnixNano: NOW, name: 'exception', attributes: ATTRIBUTES }],
                links: [{ ...IDS, attributes: ATTRIBUTES }],
                status: { code: 2, message: 'x' },
              },
            ],
          },
        ],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        resource: RESOURCE,
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'a',
                gauge: { dataPoints: [{ timeUnixNano: NOW, asDouble: 1.5, attributes: ATTRIBUTES }] },
              },
              {
                name: 'b',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [{ timeUnixNano: NOW, asInt: '5' }],
                },
              },
              {
                name: 'c',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    { timeUnixNano: NOW, count: '3', sum: 5, bucketCounts: ['1', '2'], explicitBounds: [1] },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  },
  logs: {
    resourceLogs: [
      {
        resource: RESOURCE,
        scopeLogs: [
          {
            logRecords: [
              {
                ...IDS,
                timeUnixNano: NOW,
                severityNumber: 9,
                severityText: 'INFO',
                body: { stringValue: 'x' },
                attributes: ATTRIBUTES,
              },
            ],
          },
        ],
      },
    ],
  },
} as const;
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** An export in which something is wrong, or nothing. */
export function fuzzedExport(otlp: { url: string; token: string }, chance: Chance): WireRequest {
  const signal = chance.oneOf(SIGNALS);
  const request = TELEMETRY[signal];
  const json = chance.happens(0.6);
  const content = json
    ? jsonText(mutated(request, chance, 0.12), chance)
    : corrupted(encodeRequest(signal, request), chance);
  const zipped = chance.happens(0.3);
  const body = zipped ? gzipSync(content) : content;
  return {
    url: otlp.url,
    method: chance.happens(0.03) ? chance.oneOf(METHODS.filter((name) => name !== 'HEAD')) : 'POST',
    target: chance.happens(0.03)
      ? chance.oneOf(['/v1/traces/', '/V1/traces', '/v1/..', '/'])
      : `/v1/${signal}`,
    headers: {
      'content-type': chance.happens(0.05)
        ? 'text/plain'
        : json
          ? 'application/json'
          : 'application/x-protobuf',
      ...(chance.happens(0.95) ? { authorization: `Bearer ${otlp.token}` } : {}),
      ...(zipped !== chance.happens(0.05) ? { 'content-encoding': 'gzip' } : {}),
    },
    body: zipped && chance.happens(0.1) ? corrupted(body, chance) : body,
  };
}
