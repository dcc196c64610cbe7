import type { ServiceName } from '../../services/catalog';

/** One route of a service, with input that it takes. */
export interface FuzzedRoute {
  service: ServiceName;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As the service writes it: `/cart/:id`. */
  path: string;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Behind the admin token. */
  admin?: true;
  /** Its answer does not end. */
  stream?: true;
}

const ITEM = { product_id: 7, quantity: 2 };
/** Older spans of a page are refused before they are read. */
const NOW = `${String(Date.now())}000000`;
const TRACE = '0102030405060708090a0b0c0d0e0f10';

/** Every route of every service. A test holds it against the services' own code. */
export const ROUTES: readonly FuzzedRoute[] = [
  {
    service: 'frontend',
    method: 'POST',
    path: '/api/browse',
    body: { user_id: 'fuzz', cart_id: 'fuzz', category: 'books', currency: 'EUR' },
  },
  {
    service: 'frontend',
    method: 'POST',
    path: '/api/checkout',
    body: {
      user_id: 'fuzz',
      cart_id: 'fuzz',
      items: [ITEM],
      currency: 'USD',
      zip: '10001',
      idempotency_key: 'fuzz-1',
    },
  },
  { service: 'frontend', method: 'GET', path: '/api/products', query: { category: 'books', limit: '5' } },
  { service: 'frontend', method: 'GET', path: '/api/products/:id', params: { id: '7' } },
  { service: 'frontend', method: 'GET', path: '/shop-facts.js' },
  { service: 'frontend', method: 'GET', path: '/api/low-stock' },
  { service: 'frontend', method: 'GET', path: '/api/currencies' },
  { service: 'frontend', method: 'GET', path: '/api/cart/:id', params: { id: 'fuzz' } },
  { service: 'frontend', method: 'DELETE', path: '/api/cart/:id', params: { id: 'fuzz' } },
  { service: 'frontend', method: 'POST', path: '/api/cart/:id/items', params: { id: 'fuzz' }, body: ITEM },
  {
    service: 'frontend',
    method: 'PUT',
    path: '/api/cart/:id/items/:productId',
    params: { id: 'fuzz', productId: '7' },
    body: { quantity: 3 },
  },
  {
    service: 'frontend',
    method: 'DELETE',
    path: '/api/cart/:id/items/:productId',
    params: { id: 'fuzz', productId: '7' },
  },
  {
    service: 'frontend',
    method: 'POST',
    path: '/v1/traces',
    body: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'storefront' } }] },
          scopeSpans: [
            {
              scope: { name: 'storefront', version: '1' },
              spans: [
                {
                  traceId: TRACE,
                  spanId: '0102030405060708',
                  name: 'page view',
                  kind: 1,
                  startTimeUnixNano: NOW,
                  endTimeUnixNano: NOW,
                  attributes: [{ key: 'app.widget.id', value: { stringValue: 'x' } }],
                },
              ],
            },
          ],
        },
      ],
    },
  },
  { service: 'cart', method: 'GET', path: '/cart/:id', params: { id: 'fuzz' } },
  { service: 'cart', method: 'DELETE', path: '/cart/:id', params: { id: 'fuzz' } },
  {
    service: 'cart',
    method: 'POST',
    path: '/cart/:id/items',
    params: { id: 'fuzz' },
    body: { ...ITEM, unit_price_cents: 5, name: 'x' },
  },
  {
    service: 'cart',
    method: 'PUT',
    path: '/cart/:id/items/:productId',
    params: { id: 'fuzz', productId: '7' },
    body: { quantity: 1, unit_price_cents: 5, name: 'x' },
  },
  {
    service: 'cart',
    method: 'DELETE',
    path: '/cart/:id/items/:productId',
    params: { id: 'fuzz', productId: '7' },
  },
  { service: 'product-catalog', method: 'GET', path: '/products', query: { category: 'books', limit: '5' } },
  {
    service: 'product-catalog',
    method: 'GET',
    path: '/products/recommendations',
    query: { category: 'electronics', min_price_cents: '9000', max_price_cents: '11000', user_id: 'fuzz' },
  },
  { service: 'product-catalog', method: 'GET', path: '/products/low-stock', query: { limit: '5' } },
  { service: 'product-catalog', method: 'GET', path: '/products/:id', params: { id: '7' } },
  {
    service: 'recommendation',
    method: 'POST',
    path: '/recommend',
    body: {
      user_id: 'fuzz',
      category: 'books',
      candidates: [{ id: 7, popularity_score: 5, price_cents: 5 }],
    },
  },
  {
    service: 'currency',
    method: 'GET',
    path: '/convert',
    query: { amount: '99.99', from: 'USD', to: 'EUR' },
  },
  { service: 'currency', method: 'GET', path: '/rates', query: { base: 'USD' } },
  { service: 'ad-service', method: 'GET', path: '/ads', query: { category: 'books' } },
  {
    service: 'shipping',
    method: 'POST',
    path: '/calculate',
    body: { items: [{ weight: 1.5, quantity: 2 }], zip: '10001' },
  },
  {
    service: 'inventory',
    method: 'POST',
    path: '/reservations',
    body: { order_id: '00000000-0000-4000-8000-000000000002', items: [ITEM] },
  },
  {
    service: 'inventory',
    method: 'GET',
    path: '/reservations/:id',
    params: { id: '00000000-0000-4000-8000-000000000002' },
  },
  {
    service: 'inventory',
    method: 'DELETE',
    path: '/reservations/:id',
    params: { id: '00000000-0000-4000-8000-000000000002' },
  },
  { service: 'inventory', method: 'GET', path: '/stock/:id', params: { id: '7' } },
  {
    service: 'notification',
    method: 'GET',
    path: '/notifications/:id',
    params: { id: '00000000-0000-4000-8000-000000000002' },
  },
  {
    service: 'payment',
    method: 'POST',
    path: '/api/payment/process',
    body: { order_id: 'fuzz', amount: 5, currency: 'USD', user_id: 'fuzz' },
  },
  {
    service: 'checkout',
    method: 'POST',
    path: '/orders/create',
    body: {
      order_id: '00000000-0000-4000-8000-000000000001',
      user_id: 'fuzz',
      currency: 'USD',
      total_cents: 10,
      payment_id: 'p',
      idempotency_key: 'fuzz-2',
      items: [{ ...ITEM, unit_price_cents: 5, name: 'x' }],
    },
  },
  {
    service: 'checkout',
    method: 'POST',
    path: '/orders/declined',
    body: {
      order_id: '00000000-0000-4000-8000-000000000002',
      user_id: 'fuzz',
      currency: 'USD',
      total_cents: 10,
    },
  },
  {
    service: 'checkout',
    method: 'GET',
    path: '/orders/:id',
    params: { id: '00000000-0000-4000-8000-000000000001' },
  },
  // Never whole, so that no run begins: what begins one is tried elsewhere.
  {
    service: 'load-generator',
    method: 'POST',
    path: '/admin/start-demo',
    body: { scenario: 5, duration_minutes: 30, peak_rpm: 100 },
    admin: true,
  },
  {
    service: 'load-generator',
    method: 'POST',
    path: '/admin/stop-demo',
    body: { run_id: 'none' },
    admin: true,
  },
  { service: 'load-generator', method: 'GET', path: '/admin/demo-status', admin: true },
  { service: 'load-generator', method: 'GET', path: '/admin/traffic-stats', admin: true },
  { service: 'load-generator', method: 'GET', path: '/admin/minutes', query: { run_id: 'x' }, admin: true },
  { service: 'console', method: 'GET', path: '/', query: { embed: 'stage' } },
  {
    service: 'console',
    method: 'GET',
    path: '/api/summary',
    query: { run_id: 'x', minutes: 'true', minute_services: 'false' },
  },
  { service: 'console', method: 'GET', path: '/api/curve', query: { run_id: 'x' } },
  { service: 'console', method: 'GET', path: '/api/curve.svg', query: { run_id: 'x', theme: 'dark' } },
  { service: 'console', method: 'GET', path: '/api/report', query: { run_id: 'x' } },
  { service: 'console', method: 'GET', path: '/report', query: { run_id: 'x', download: 'true' } },
  {
    service: 'console',
    method: 'GET',
    path: '/api/traces',
    query: { traffic: 'demo', error: 'true', limit: '20' },
  },
  { service: 'console', method: 'GET', path: '/api/traces/:id', params: { id: TRACE } },
  { service: 'console', method: 'GET', path: '/api/service-map' },
  { service: 'console', method: 'GET', path: '/api/explain' },
  {
    service: 'console',
    method: 'GET',
    path: '/api/logs',
    query: { event: 'x', traffic: 'demo', limit: '20' },
  },
  { service: 'console', method: 'GET', path: '/api/conductor' },
  { service: 'console', method: 'GET', path: '/api/stream', query: { events: 'pulse,traces' }, stream: true },
  { service: 'console', method: 'POST', path: '/admin/override/start', body: { mode: 'none' }, admin: true },
  { service: 'console', method: 'POST', path: '/admin/override/pause', body: {}, admin: true },
  { service: 'console', method: 'POST', path: '/admin/override/resume', body: {}, admin: true },
  { service: 'console', method: 'POST', path: '/admin/override/goto', body: { minute: 5 }, admin: true },
  { service: 'console', method: 'POST', path: '/admin/override/abort', body: {}, admin: true },
  {
    service: 'console',
    method: 'POST',
    path: '/admin/override/ablate',
    body: { what: 'index' },
    admin: true,
  },
  { service: 'console', method: 'GET', path: '/admin/override/check', admin: true },
];

/** Routes that every service has. */
export const HEALTH_ROUTES = ['/livez', '/readyz', '/health'] as const;
