import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createApp } from '../../lib/server';
import { browserTelemetryRoutes } from './relay';
import type { KeyValue } from './attributes';
import { ClickNames } from './click-names';
import { readTraceRequest, type TraceRequest } from './trace-request';

const NOW_MS = 1_795_000_000_000;
const sent: TraceRequest[] = [];
let enabled = true;
let nowMs = NOW_MS;
const app = createApp({
  name: 'frontend',
  routes: browserTelemetryRoutes({
    enabled: () => enabled,
    send: (request) => sent.push(request),
    now: () => nowMs,
  }),
});
const server = app.listen(0, '127.0.0.1');
before(() => once(server, 'listening'));
after(() => {
  server.close();
});
beforeEach(() => {
  sent.length = 0;
  enabled = true;
  // The allowance of the test before has filled up again.
  nowMs += 10 * 60_000;
});

const origin = () => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const nanos = (ms: number) => `${String(ms)}000000`;

/** A span of a fetch as the page sends it, changed as asked. */
function fetchSpan(path = '/api/checkout', fields: Record<string, unknown> = {}) {
  return {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: 'c'.repeat(16),
    name: 'POST',
    kind: 3,
    startTimeUnixNano: nanos(nowMs - 2000),
    endTimeUnixNano: nanos(nowMs - 1000),
    attributes: [
      text('http.request.method', 'POST'),
      text('url.full', origin() + path),
      { key: 'http.response.status_code', value: { intValue: 200 } },
    ],
    status: {},
    ...fields,
  };
}
const clickSpan = (fields: Record<string, unknown> = {}) =>
  fetchSpan('', {
    spanId: 'c'.repeat(16),
    parentSpanId: undefined,
    name: 'click Place order',
    kind: 1,
    attributes: [text('app.widget.name', 'Place order')],
    ...fields,
  });

const FETCH = '@opentelemetry/instrumentation-fetch';

/** A request as the page makes it: each span in its instrumentation's scope, or all in the one given. */
function body(spans: unknown[], resource: unknown[] = [text('service.name', 'storefront')], scope?: string) {
  const isFetch = (span: unknown) => (span as { kind?: number } | null)?.kind === 3;
  const scopes = {
    [scope ?? FETCH]: spans.filter(isFetch),
    [scope ?? 'storefront']: scope === undefined ? spans.filter((span) => !isFetch(span)) : spans,
  };
  const scopeSpans = Object.entries(scopes).map(([name, list]) => ({
    scope: { name, version: '1' },
    spans: list,
  }));
  return { resourceSpans: [{ resource: { attributes: resource }, scopeSpans }] };
}

async function post(json: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${origin()}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof json === 'string' ? json : JSON.stringify(json),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer, headers: response.headers };
}

const sentSpans = () =>
  sent.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
const object = (attributes: KeyValue[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));

describe('spans of a page', () => {
  it('are passed on as what the shop itself says of them', async () => {
    const { status, answer } = await post(
      body(
        [fetchSpan('/api/checkout?card=4111'), clickSpan()],
        [
          text('service.name', 'storefront'),
          text('browser.platform', 'Linux'),
          text('browser.language', 'en-GB'),
        ],
      ),
    );
    assert.deepEqual([status, answer], [200, {}]);
    const [asked, clicked] = sentSpans();
    const { host, port } = new URL(origin());
    assert.equal(asked?.name, 'POST /api/checkout');
    assert.deepEqual(object(asked.attributes), {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.full': `${origin()}/api/checkout`,
      'url.template': '/api/checkout',
      'server.address': host.split(':')[0],
      'server.port': Number(port),
      'service.peer.name': 'frontend',
      'peer.service': 'frontend',
      'traffic.type': 'demo',
      'demo.run_id': 'none',
    });
    assert.deepEqual([clicked?.name, clicked?.parentSpanId], ['click Place order', undefined]);
    assert.equal(object(clicked?.attributes)['traffic.type'], 'demo', 'the cohort of what it asked for');
    const resource = object(sent[0]?.resourceSpans[0]?.resource.attributes);
    assert.equal(resource['service.name'], 'storefront');
    assert.equal(resource['browser.platform'], 'Linux');
    assert.equal(resource['cx.subsystem.name'], 'storefront');
  });

  it('say nothing of a person: no ids, queries, user agent, and nothing unknown', async () => {
    await post(
      body(
        [
          fetchSpan('/api/cart/cart-0123456789abcdef/items/7?who=me', {
            attributes: [
              text('http.request.method', 'PUT'),
              text('url.full', `${origin()}/api/cart/cart-0123456789abcdef/items/7?who=me`),
              text('user_agent.original', 'Mozilla/5.0 (secret)'),
              text('client.address', '192.0.2.7'),
              text('user.id', 'visitor-1'),
            ],
            events: [{ name: 'secret' }],
            links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }],
            traceState: 'secret=1',
          }),
        ],
        [
          text('service.name', 'storefront'),
          text('user_agent.original', 'Mozilla/5.0 (secret)'),
          text('host.name', 'secret'),
        ],
      ),
    );
    assert.equal(sentSpans()[0]?.name, 'PUT /api/cart/{id}/items/{productId}');
    assert.doesNotMatch(JSON.stringify(sent), /0123456789abcdef|who=me|secret|192\.0\.2|visitor-1/);
  });

  it('belong to the cohort of their route, whatever they say themselves', async () => {
    await post(
      body([
        fetchSpan('/api/browse', {
          attributes: [
            text('url.full', `${origin()}/api/browse`),
            text('http.request.method', 'POST'),
            text('traffic.type', 'demo'),
            text('demo.run_id', 'blackfriday-1'),
            { key: 'demo.minute', value: { intValue: 12 } },
          ],
        }),
      ]),
      { baggage: 'traffic.type=demo,demo.run_id=blackfriday-1' },
    );
    const attributes = object(sentSpans()[0]?.attributes);
    assert.deepEqual(
      [attributes['traffic.type'], attributes['demo.run_id'], attributes['demo.minute']],
      ['baseline', 'none', undefined],
    );
  });

  it('that failed say of what: a status, or that no answer came', async () => {
    const failed = (status: number) => [
      text('http.request.method', 'POST'),
      text('url.full', `${origin()}/api/checkout`),
      { key: 'http.response.status_code', value: { intValue: status } },
      text('error.type', 'anything'),
    ];
    await post(
      body(
        [503, 0].map((status) =>
          fetchSpan('', { attributes: failed(status), status: { code: 2, message: 'secret' } }),
        ),
      ),
    );
    const found = sentSpans().map(({ attributes, status }) => [object(attributes)['error.type'], status]);
    assert.deepEqual(found, [
      ['503', { code: 2 }],
      ['network', { code: 2 }],
    ]);
  });

  it('of another time, place or form cost their neighbours nothing', async () => {
    const minutes = (count: number) => ({
      startTimeUnixNano: nanos(nowMs + count * 60_000),
      endTimeUnixNano: nanos(nowMs + count * 60_000 + 1),
    });
    const asked = (url: string, method = 'POST') => ({
      attributes: [text('http.request.method', method), text('url.full', url)],
    });
    const strangers: Record<string, unknown> = {
      future: fetchSpan('', minutes(2)),
      past: fetchSpan('', minutes(-11)),
      backwards: clickSpan({ endTimeUnixNano: nanos(nowMs - 3000) }),
      'another shop': fetchSpan('', asked('https://example.org/api/checkout')),
      'no address': fetchSpan('', asked('checkout')),
      'an address that the page never asks for': fetchSpan('', asked(`${origin()}/api/made-up-1`)),
      'an odd address': fetchSpan('', asked(`${origin()}/who is it`)),
      'a server': fetchSpan('/api/checkout', { kind: 2 }),
      'a request of no known method': fetchSpan('', asked(origin(), 'STEAL')),
      'a click that says it is a request': fetchSpan('/api/checkout', { kind: 1 }),
      'a bad id': fetchSpan('/api/checkout', { traceId: '0'.repeat(32) }),
      'an invented name': clickSpan({ name: 'click <script>' }),
      nothing: null,
    };
    for (const [what, span] of Object.entries(strangers)) {
      sent.length = 0;
      const { status, answer } = await post(body([span, clickSpan()]));
      assert.deepEqual([status, answer], [200, { partialSuccess: { rejectedSpans: '1' } }], what);
      assert.deepEqual(
        sentSpans().map(({ name }) => name),
        ['click Place order'],
        what,
      );
    }
  });

  it('have few names, however many are made up', async () => {
    const letters = (n: number) => String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26));
    for (const from of [0, 100, 200])
      await post(
        body(Array.from({ length: 100 }, (_, n) => clickSpan({ name: `click Made ${letters(from + n)}` }))),
      );
    const names = new Set(sentSpans().map(({ name }) => name));
    assert.equal(sentSpans().length, 300);
    assert.ok(names.size <= 65, String(names.size));
    assert.ok(names.has('click other'));
    // That of a click there was before is still its own.
    sent.length = 0;
    nowMs += 60_000;
    await post(body([clickSpan()]));
    assert.equal(sentSpans()[0]?.name, 'click Place order');
  });

  it('that have to wait are not read: what costs most is not done for a flood, and nothing of it is held', () => {
    const clicks = new ClickNames();
    const invented = Array.from({ length: 100 }, (_, n) =>
      clickSpan({ name: `click ${String.fromCharCode(65 + (n % 26), 97 + Math.floor(n / 26))}` }),
    );
    const admit = (spans: number): void => {
      throw new Error(`${String(spans)} are too many`);
    };
    assert.throws(
      () => readTraceRequest(body(invented), { host: 'shop', nowMs, clicks, admit }),
      /100 are too many/,
    );
    assert.equal(clicks.nameOf('click Checkout'), 'click Checkout');
  });

  it('of an instrumentation that the page lacks are refused', async () => {
    const { answer } = await post(body([clickSpan()], undefined, 'pg'));
    assert.deepEqual([answer, sent], [{ partialSuccess: { rejectedSpans: '1' } }, []]);
  });
});

describe('a request with them', () => {
  const REFUSED: readonly [string, () => unknown, Record<string, string>, number, string][] = [
    [
      "in a service's name",
      () => body([clickSpan()], [text('service.name', 'payment')]),
      {},
      400,
      'foreign-resource',
    ],
    ['of nobody', () => body([clickSpan()], []), {}, 400, 'foreign-resource'],
    [
      'of several resources',
      () => ({ resourceSpans: [...body([]).resourceSpans, ...body([]).resourceSpans] }),
      {},
      400,
      'invalid-input',
    ],
    ['that is no trace request', () => ({ resourceLogs: [] }), {}, 400, 'invalid-input'],
    ['that is no JSON', () => '{', {}, 400, 'invalid-json'],
    ['with too many spans', () => body(Array(101).fill(null)), {}, 400, 'invalid-input'],
    ['that is too large', () => body([clickSpan({ name: 'x'.repeat(70_000) })]), {}, 413, 'body-too-large'],
    ['of a form', () => body([clickSpan()]), { 'content-type': 'text/plain' }, 415, 'json-required'],
    ['of another site', () => body([clickSpan()]), { 'sec-fetch-site': 'cross-site' }, 403, 'cross-site'],
  ];
  for (const [what, json, headers, status, reason] of REFUSED) {
    it(`${what} is refused`, async () => {
      const refusal = await post(json(), headers);
      assert.deepEqual([refusal.status, refusal.answer.reason, sent], [status, reason, []]);
    });
  }

  it('of a client who sends more than pages do has to wait, and only so long', async () => {
    const many = body(Array.from({ length: 50 }, () => clickSpan()));
    for (let times = 0; times < 6; times += 1) assert.equal((await post(many)).status, 200);
    const refusal = await post(many);
    assert.deepEqual([refusal.status, refusal.answer.reason], [429, 'too-many-spans']);
    const waitSeconds = Number(refusal.headers.get('retry-after'));
    assert.equal(waitSeconds, 3, '50 spans at 20 a second');
    nowMs += waitSeconds * 1000;
    const again = body(Array.from({ length: 50 }, () => clickSpan()));
    assert.equal((await post(again)).status, 200);
  });

  it('gets 404 where stack config says no', async () => {
    enabled = false;
    const refusal = await post(body([clickSpan()]));
    assert.deepEqual([refusal.status, refusal.answer.reason, sent], [404, 'browser-telemetry-off', []]);
  });
});
