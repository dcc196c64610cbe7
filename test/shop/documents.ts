/**
 * The requests of docs/from-your-documents.md, as the documents have them: to be sent to a running shop in normal mode.
 * Each has the row of the page it belongs to; test/house holds that no row is without.
 */

/** One request, and what it is answered. */
export interface DocumentRequest {
  /** The row's name. */
  row: string;
  service: string;
  /** Path and query, as typed. */
  path: string;
  body?: object;
  admin?: boolean;
  /** Any of these. */
  status: readonly number[];
  /** The answer has it. */
  answer: RegExp;
}

/** One card in a hundred is declined, and that is an answer. */
const PAID = [200, 402];
const USER = { user_id: 'test', cart_id: 'test' };

/** In this order: what is started is stopped again. */
export const DOCUMENT_REQUESTS: readonly DocumentRequest[] = [
  {
    row: 'POST /api/browse',
    service: 'frontend',
    path: '/api/browse',
    body: USER,
    status: [200],
    answer: /"status":"success".*"flow":"baseline_browse"/,
  },
  {
    row: 'POST /api/browse',
    service: 'frontend',
    path: '/api/browse',
    body: {},
    status: [200],
    answer: /"EUR"/,
  },
  {
    row: 'POST /api/checkout',
    service: 'frontend',
    path: '/api/checkout',
    body: USER,
    status: PAID,
    answer: /"flow":"demo_checkout".*"demo_minute"|"reason"/,
  },
  {
    row: 'POST /api/checkout',
    service: 'frontend',
    path: '/api/checkout',
    body: {},
    status: PAID,
    answer: /"status":"success"|"reason"/,
  },
  {
    row: 'GET /products',
    service: 'product-catalog',
    path: '/products?category=electronics&traffic_type=baseline',
    status: [200],
    answer: /"electronics"/,
  },
  {
    row: 'GET /products/recommendations',
    service: 'product-catalog',
    path: '/products/recommendations?category=electronics&user_id=user-1234&traffic_type=demo',
    status: [200],
    answer: /"electronics"/,
  },
  {
    row: 'POST /recommend',
    service: 'recommendation',
    path: '/recommend',
    body: { user_id: 'user-1234', category: 'electronics' },
    status: [200],
    answer: /"ranked":\[\]/,
  },
  { row: 'GET /cart/<cart_id>', service: 'cart', path: '/cart/cart-1234', status: [200], answer: /"items"/ },
  {
    row: 'POST /api/payment/process',
    service: 'payment',
    path: '/api/payment/process',
    body: { amount: 99.99, user_id: 'user-1234' },
    status: PAID,
    answer: /payment|declined/,
  },
  {
    row: 'POST /orders/create',
    service: 'checkout',
    path: '/orders/create',
    body: { user_id: 'user-1234', product_id: 'prod-123', quantity: 1 },
    status: [200, 201],
    answer: /"order_id"/,
  },
  {
    row: 'GET /convert',
    service: 'currency',
    path: '/convert?amount=100&from=USD&to=EUR',
    status: [200],
    answer: /"EUR"/,
  },
  {
    row: 'POST /calculate',
    service: 'shipping',
    path: '/calculate',
    body: { items: [{ weight: 1 }], zip: '10001' },
    status: [200],
    answer: /cost/,
  },
  {
    row: 'GET /ads',
    service: 'ad-service',
    path: '/ads?category=electronics',
    status: [200],
    answer: /"ads"/,
  },
  {
    row: 'GET /health',
    service: 'product-catalog',
    path: '/health',
    status: [200],
    answer: /"service":"product-catalog".*"scenario"/,
  },
  {
    row: 'POST /admin/start-demo',
    service: 'load-generator',
    path: '/admin/start-demo',
    body: { scenario: 'blackfriday', duration_minutes: 30, peak_rpm: 120 },
    admin: true,
    status: [201],
    answer: /"scenario":"blackfriday-v3".*"duration_minutes":30.*"flow_alert_minute":22/,
  },
  {
    row: 'GET /admin/demo-status',
    service: 'load-generator',
    path: '/admin/demo-status',
    admin: true,
    status: [200],
    answer: /"status"/,
  },
  {
    row: 'POST /admin/stop-demo',
    service: 'load-generator',
    path: '/admin/stop-demo',
    body: {},
    admin: true,
    status: [200],
    answer: /"status":"stopped"/,
  },
  {
    row: 'GET /admin/traffic-stats',
    service: 'load-generator',
    path: '/admin/traffic-stats',
    admin: true,
    status: [200],
    answer: /"baseline":\{.*"rpm".*"requests".*"errors".*"error_rate".*"demo":\{.*"current_rpm"/,
  },
];
