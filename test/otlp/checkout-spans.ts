import { spanId, traceId } from './spans';

interface SpanShape {
  service: string;
  name: string;
  kind: number;
  parent: number;
  attributes: Record<string, string | number | boolean>;
}

const http = (route: string, port: number): SpanShape['attributes'] => ({
  'http.request.method': 'POST',
  'url.scheme': 'http',
  'server.address': '127.0.0.1',
  'server.port': port,
  'url.path': route,
  'network.peer.address': '127.0.0.1',
  'user_agent.original': 'undici',
  'network.protocol.version': '1.1',
});
const SQL =
  'select id, name, category, price_cents, stock_quantity, popularity_score from shop.products where category = $1 and active and price_cents between $2 and $3 order by popularity_score desc limit 10';
const call = (service: string, to: string, route: string, port: number, parent: number): SpanShape[] => [
  { service, name: 'POST', kind: 3, parent, attributes: http(route, port) },
  {
    service: to,
    name: `POST ${route}`,
    kind: 2,
    parent: -1,
    attributes: { ...http(route, port), 'http.route': route },
  },
];
const SHAPES: SpanShape[] = [
  { service: 'load-generator', name: 'journey checkout', kind: 1, parent: -2, attributes: {} },
  ...call('load-generator', 'frontend', '/api/checkout', 8018, 0),
  ...call('frontend', 'cart', '/cart/:id', 8013, 2),
  {
    service: 'cart',
    name: 'hgetall',
    kind: 3,
    parent: 4,
    attributes: { 'db.system.name': 'redis', 'db.query.text': 'hgetall' },
  },
  ...call('frontend', 'product-catalog', '/products/recommendations', 8014, 2),
  {
    service: 'product-catalog',
    name: 'acquire connection',
    kind: 1,
    parent: 7,
    attributes: { 'db.system.name': 'postgresql' },
  },
  {
    service: 'product-catalog',
    name: 'select',
    kind: 3,
    parent: 7,
    attributes: {
      'db.system.name': 'postgresql',
      'db.query.text': SQL,
      'db.full_table_scan': true,
      'db.slow_query': true,
    },
  },
  ...call('frontend', 'shipping', '/calculate', 8019, 2),
  ...call('frontend', 'payment', '/api/payment/process', 8017, 2),
  ...call('frontend', 'checkout', '/orders/create', 8016, 2),
];

const number64 = (value: number): string => String(BigInt(Math.round(value)));

/** Spans of one trace. */
export const SPANS_OF_A_CHECKOUT = SHAPES.length;

/** Spans of trace n by service, in OTLP's JSON: a checkout in eight services; every second one fails at the pool. */
export function traceSpans(n: number, endMs: number) {
  const failed = n % 2 === 0;
  return SHAPES.map((shape, index) => {
    const parent = shape.parent === -1 ? index - 1 : shape.parent;
    const attributes = {
      ...shape.attributes,
      'traffic.type': n % 10 === 0 ? 'baseline' : 'demo',
      'demo.run_id': 'flood',
      'demo.minute': '7',
      'demo.phase': 'peak',
      ...(shape.kind === 2
        ? { 'http.response.status_code': failed && index < 8 ? 503 : 200, 'user.id': `user-${String(n)}` }
        : {}),
      ...(index === 2 && failed ? { 'checkout.failed': true, 'order.total': 120.5 } : {}),
    };
    const waits = failed && shape.name === 'acquire connection';
    return {
      service: shape.service,
      span: {
        traceId: traceId(n),
        spanId: spanId(n * 32 + index),
        ...(parent < 0 ? {} : { parentSpanId: spanId(n * 32 + parent) }),
        name: shape.name,
        kind: shape.kind,
        startTimeUnixNano: number64((endMs - 300) * 1e6),
        endTimeUnixNano: number64(endMs * 1e6),
        attributes: Object.entries(attributes).map(([key, value]) => ({
          key,
          value:
            typeof value === 'string'
              ? { stringValue: value }
              : typeof value === 'boolean'
                ? { boolValue: value }
                : Number.isInteger(value)
                  ? { intValue: number64(value) }
                  : { doubleValue: value },
        })),
        ...(waits
          ? {
              links: [2, 4, 6, 8, 10].map((back) => ({
                traceId: traceId(Math.max(0, n - back + 1)),
                spanId: spanId(back),
              })),
            }
          : {}),
        status: { code: failed && index < 9 ? 2 : 0 },
      },
    };
  });
}

/** Spans as a request's `resourceSpans`: one of each service. */
export function resourceSpansOf(spans: readonly { service: string; span: object }[]) {
  return [...Map.groupBy(spans, ({ service }) => service)].map(([service, own]) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: own.map(({ span }) => span) }],
  }));
}
