import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { dealProducts, planJourney } from './journeys';
import { ShopClient } from './shop-client';

type Answer = (request: IncomingMessage, body: Record<string, unknown>, response: ServerResponse) => void;

let answer: Answer = (_request, _body, response) => {
  response.end('{}');
};
const seen: { path: string; patience: number; body: Record<string, unknown> }[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    seen.push({ path: request.url ?? '', patience: Number(request.headers['x-request-timeout-ms']), body });
    answer(request, body, response);
  });
});
let client: ShopClient;
/** The client's clock (ms): it stands while a test doesn't move it. */
let nowMs = 0;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new ShopClient(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, () => nowMs);
});
after(async () => {
  await client.destroy();
  server.close();
  server.closeAllConnections();
});

const deals = dealProducts(500_000);
const checkout = planJourney('demo', 1, 'full_checkout', deals, 712, 'test');
const cart = planJourney('baseline', 2, 'browse_and_cart', deals, 712, 'test');

test('a checkout is one call with what is bought, its key and our patience', async () => {
  seen.length = 0;
  assert.deepEqual(await client.play(checkout, 6_000), { result: 'completed' });
  const [call, ...others] = seen;
  assert.ok(call);
  assert.equal(others.length, 0);
  assert.equal(call.path, '/api/checkout');
  assert.equal(call.patience, 6_000);
  assert.equal(call.body.idempotency_key, checkout.idempotencyKey);
  assert.deepEqual(call.body.items, checkout.items);
});

test('browse_and_cart looks and then fills the cart; its second call has the patience that is left', async () => {
  seen.length = 0;
  answer = (_request, _body, response) => {
    nowMs += 100;
    response.end('{}');
  };
  assert.deepEqual(await client.play(cart, 2_000), { result: 'completed' });
  assert.deepEqual(
    seen.map(({ path }) => path),
    ['/api/browse', `/api/cart/${cart.cartId}/items`],
  );
  assert.deepEqual(
    seen.map(({ patience }) => patience),
    [2_000, 1_900],
  );
});

test('a journey ends with its first error, and tells the shop’s reason', async () => {
  seen.length = 0;
  answer = (_request, _body, response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: 'too slow', reason: 'recommendations-timeout' }));
  };
  assert.deepEqual(await client.play(cart, 2_000), {
    result: 'error',
    kind: 'server_error',
    status: 503,
    reason: 'recommendations-timeout',
  });
  assert.equal(seen.length, 1);
});

test('a shop that does not answer in time is a timeout, also in mid-body', async () => {
  for (const silent of [
    () => undefined,
    (_request: IncomingMessage, _body: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
    },
  ] satisfies Answer[]) {
    answer = silent;
    // Without a time-out of its own this would never end.
    const outcome = await client.play(checkout, 300);
    assert.equal(outcome.result === 'error' && outcome.kind, 'timeout');
  }
});

test('a broken connection is a transport error', async () => {
  answer = (request) => {
    request.socket.destroy();
  };
  const outcome = await client.play(checkout, 2_000);
  assert.equal(outcome.result === 'error' && outcome.kind, 'transport');
});

test('no request waits for another: 200 are under way at once before any is answered', async () => {
  const waiting: ServerResponse[] = [];
  answer = (_request, _body, response) => {
    waiting.push(response);
    if (waiting.length === 200) for (const each of waiting) each.end('{}');
  };
  const outcomes = await Promise.all(Array.from({ length: 200 }, () => client.play(checkout, 30_000)));
  assert.ok(outcomes.every(({ result }) => result === 'completed'));
});
