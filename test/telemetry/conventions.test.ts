import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emittedBy, withService } from './emitted';
import { attributesOf, type EmittedSpan, type Sent } from './sink';

const SERVER = 'SPAN_KIND_SERVER';
const CLIENT = 'SPAN_KIND_CLIENT';
const recordsOf = <Record_>(sent: readonly Sent<Record_>[]): Record_[] => sent.map(({ record }) => record);
const named = (spans: readonly EmittedSpan[], name: string, kind: string): Record<string, unknown> => {
  const span = spans.find((candidate) => candidate.name === name && candidate.kind === kind);
  assert.ok(span, `${name} among ${spans.map((found) => found.name).join(', ')}`);
  return attributesOf(span);
};

describe('what a service tells of its requests', () => {
  it('is what the convention of HTTP says, on spans and metrics alike', async () => {
    const sending = await emittedBy(
      withService(
        `router.get('/cart/:id', (request, response) => {
           if (request.params.id === 'slow') return;
           if (request.params.id === 'away') throw new HttpError(503, 'redis-unavailable', 'away');
           response.json({});
         });
         router.get('/products', async (_request, response) => {
           const { callService } = lib('http-client');
           response.json((await callService('cart', { path: '/cart/7', template: '/cart/{id}', timeoutMs: 1000 })).body);
         });`,
        `process.env.CART_URL = url;
         await fetch(url + '/products');
         await fetch(url + '/cart/away');
         await fetch(url + '/nowhere');
         await fetch(url + '/cart/slow', { signal: AbortSignal.timeout(100) }).catch(() => undefined);
         await new Promise((resolve) => setTimeout(resolve, 100));`,
      ),
    );

    const spans = recordsOf(sending.spans);
    const metrics = recordsOf(sending.metrics);
    const call = named(spans, 'GET /cart/{id}', CLIENT);
    assert.equal(call['peer.service'], 'cart');
    assert.equal(call['server.address'], '127.0.0.1');
    const requests = spans
      .filter(({ kind, name }) => kind === SERVER && name === 'GET /cart/:id')
      .map(attributesOf);
    assert.deepEqual(
      requests.map((request) => [request['http.response.status_code'], request['error.type']]),
      [
        [200, undefined],
        [503, 'redis-unavailable'],
        [undefined, 'caller-gone'],
      ],
    );

    const duration = metrics.find(({ name }) => name === 'http.server.request.duration');
    assert.equal(duration?.unit, 's');
    assert.notEqual(duration.description, '');
    const points = duration.histogram?.dataPoints.map(attributesOf) ?? [];
    const rows = points.map((point) => [
      point['http.route'],
      point['http.response.status_code'],
      point['error.type'],
      point['url.scheme'],
      point['traffic.type'],
    ]);
    assert.deepEqual(
      new Set(rows.map((row) => JSON.stringify(row))),
      new Set(
        [
          ['/products', 200, null, 'http', 'baseline'],
          ['/cart/:id', 200, null, 'http', 'baseline'],
          ['/cart/:id', 503, 'redis-unavailable', 'http', 'baseline'],
          [null, 404, null, 'http', 'baseline'],
          ['/cart/:id', null, 'caller-gone', 'http', 'baseline'],
        ].map((row) => JSON.stringify(row)),
      ),
    );

    const own = sending.metrics.filter(({ scope }) => scope.name === 'ecommerce-demo');
    assert.ok(own.length > 0);
    for (const { scope, resource } of own)
      assert.equal(scope.version, attributesOf(resource)['service.version']);
  });

  it('names events, repeats nothing of the resource, and sends what may have a fraction as a double', async () => {
    const { logs, spans: sent } = await emittedBy(`
      const { trace } = require('@opentelemetry/api');
      const span = trace.getTracer('test').startSpan('order');
      span.setAttributes({ 'order.total': 1200, 'order.items': 3 });
      span.end();
      lib('logger').logger.error({ event: 'demo_checkout_failed', 'order.total': 1200 }, 'checkout failed');`);
    const spans = recordsOf(sent);
    const [record] = recordsOf(logs);
    assert.ok(record);
    assert.equal(record.eventName, 'demo_checkout_failed');
    assert.equal(record.severityText, 'error');
    const attributes = attributesOf(record);
    assert.equal(attributes['event.name'], 'demo_checkout_failed');
    assert.equal(attributes.event, 'demo_checkout_failed');
    assert.equal(attributes['service.name'], undefined);
    for (const { attributes: list } of [record, ...spans]) {
      const total = list.find(({ key }) => key === 'order.total');
      assert.deepEqual(total?.value, { doubleValue: 1200 });
    }
    const items = spans[0]?.attributes.find(({ key }) => key === 'order.items');
    assert.deepEqual(items?.value, { intValue: '3' });
  });
});
