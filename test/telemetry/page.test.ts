/** What the frontend passes on of the page's spans is as the registry says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClickNames } from '../../services/frontend/browser/click-names';
import { readTraceRequest } from '../../services/frontend/browser/trace-request';
import { readConvention, readShopRegistry } from '../../telemetry/registry';
import { findingsOf } from './judge';
import { Sink } from './sink';

const NOW_MS = 1_795_000_000_000;
const ORIGIN = 'http://shop.example:8018';
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const number = (key: string, doubleValue: number) => ({ key, value: { doubleValue } });

/** A span as OpenTelemetry's packages make it in the page. */
const span = (name: string, kind: number, attributes: object[], failed = false) => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name,
  kind,
  startTimeUnixNano: `${String(NOW_MS - 100)}000000`,
  endTimeUnixNano: `${String(NOW_MS)}000000`,
  attributes,
  status: failed ? { code: 2 } : {},
  events: [],
});
const scope = (name: string, spans: object[]) => ({ scope: { name, version: '0.1.0' }, spans });
const asked = (method: string, path: string, status: number) => [
  text('http.request.method', method),
  text('url.full', ORIGIN + path),
  { key: 'http.response.status_code', value: { intValue: status } },
];

const BODY = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          text('service.name', 'storefront'),
          text('telemetry.sdk.language', 'webjs'),
          text('telemetry.sdk.version', '3.1.0'),
          text('browser.platform', 'Linux'),
          text('browser.language', 'en-US'),
          { key: 'browser.mobile', value: { boolValue: false } },
          { key: 'browser.brands', value: { arrayValue: { values: [{ stringValue: 'Chromium 150' }] } } },
        ],
      },
      scopeSpans: [
        scope('storefront', [
          span('page view', 1, []),
          span('click Place order', 1, [text('app.widget.name', 'Place order')]),
          span('click open-cart', 1, [text('app.widget.id', 'open-cart')]),
          ...['lcp', 'cls', 'inp', 'ttfb'].map((vital) =>
            span('browser.web_vital', 1, [
              text('browser.web_vital.name', vital),
              number('browser.web_vital.value', 12),
              text('browser.web_vital.rating', 'needs-improvement'),
            ]),
          ),
        ]),
        scope('@opentelemetry/instrumentation-document-load', [
          span('documentLoad', 1, [text('url.full', `${ORIGIN}/?q=1`), text('user_agent.original', 'x')]),
          span('resourceFetch', 1, [text('url.full', `${ORIGIN}/app.js`)]),
        ]),
        scope('@opentelemetry/instrumentation-fetch', [
          span('POST', 3, asked('POST', '/api/checkout', 200)),
          span('GET', 3, asked('GET', '/api/cart/cart-1', 404), true),
          span('POST', 3, asked('POST', '/api/checkout', 0), true),
        ]),
      ],
    },
  ],
};

test("the page's spans, of all kinds, are as the registry says", async () => {
  const { request, spans, refused } = readTraceRequest(BODY, {
    host: 'shop.example:8018',
    nowMs: NOW_MS,
    clicks: new ClickNames(),
  });
  assert.deepEqual([spans, refused], [12, 0]);
  const sink = await Sink.open();
  try {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${sink.url}/v1/traces`, { method: 'POST', headers, body: JSON.stringify(request) });
    const received = sink.received();
    assert.equal(received.spans.length, 12);
    assert.deepEqual(findingsOf(received, readShopRegistry(), readConvention()), []);
  } finally {
    await sink.close();
  }
});
