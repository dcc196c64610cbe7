import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { encodeRequest } from '../../../test/otlp/encode';
import { BODY_LIMIT } from './body';
import type { Payload } from './forwarder/payload';
import { parseHeaders } from './headers';
import { OtlpReceiver } from './receiver';
import type { SpanRecord } from './records';

const SPAN = { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '1112131415161718', name: 'x' };
const JSON_BODY = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] });
const PROTOBUF_BODY = encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] });

const NO_SINK = { addSpans: () => undefined, addMetrics: () => undefined, addLogs: () => undefined };

/** A request whose body never gets whole. */
function trickle(base: string): { socket: Socket; begun: Promise<void>; answer: Promise<string> } {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.on('error', () => undefined);
  const begun = new Promise<void>((resolve) => {
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
      () => {
        resolve();
      },
    );
  });
  const answer = new Promise<string>((resolve) => {
    socket.once('close', () => {
      resolve(text);
    });
  });
  return { socket, begun, answer };
}

describe('the OTLP receiver', () => {
  const spans: SpanRecord[] = [];
  const forwarded: Payload[] = [];
  const forwarder = { offer: (payload: Payload) => forwarded.push(payload) };
  const receiver = new OtlpReceiver({ ...NO_SINK, addSpans: (items) => spans.push(...items) }, forwarder);
  let server: Server;
  let base = '';
  before(async () => {
    const app = express();
    receiver.mount(app);
    server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = (body: string | Buffer, headers: Record<string, string>, path = '/v1/traces') =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  const json = { 'content-type': 'application/json' };
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const gzip = { 'content-encoding': 'gzip' };

  it('takes JSON and protobuf, plain and gzipped, and answers in kind', async () => {
    for (const [body, headers] of [
      [JSON_BODY, { ...json, 'content-type': 'application/json; charset=utf-8' }],
      [PROTOBUF_BODY, protobuf],
      [gzipSync(JSON_BODY), { ...json, ...gzip }],
      [gzipSync(PROTOBUF_BODY), { ...protobuf, ...gzip }],
    ] as const) {
      spans.length = 0;
      forwarded.length = 0;
      const response = await post(body, headers);
      assert.equal(response.status, 200);
      const type = headers['content-type'].split(';')[0] ?? '';
      assert.ok(
        response.headers.get('content-type')?.startsWith(type),
        String(response.headers.get('content-type')),
      );
      const answer = Buffer.from(await response.arrayBuffer());
      if (type === 'application/json') assert.deepEqual(JSON.parse(answer.toString()), {});
      else assert.equal(answer.length, 0);
      assert.equal(spans[0]?.name, 'x');
      assert.equal(forwarded.length, 1);
      assert.equal(forwarded[0]?.signal, 'traces');
      assert.equal(forwarded[0].contentType, headers['content-type']);
      assert.deepEqual(forwarded[0].body, Buffer.from(body), 'as received');
    }
  });

  it('keeps nobody out for bodies that trickle: the oldest gives way, with an answer to come back', async () => {
    const trickling = Array.from({ length: 300 }, () => trickle(base));
    await Promise.all(trickling.map(({ begun }) => begun));
    const response = await post(JSON_BODY, json);
    assert.equal(response.status, 200);
    const first = await trickling[0]?.answer;
    assert.match(first ?? '', /^HTTP\/1.1 503 /);
    assert.match(first ?? '', /too many unfinished bodies/);
    for (const { socket } of trickling) socket.destroy();
  });

  it('lets a body go that is not whole at its deadline', async () => {
    const deadline = new AbortController();
    const slow = new OtlpReceiver(NO_SINK, null, () => deadline.signal);
    const app = express();
    slow.mount(app);
    const other = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { begun, answer } = trickle(`http://127.0.0.1:${String((other.address() as AddressInfo).port)}`);
    await begun;
    while (slow.counts.requests === 0) await new Promise((resolve) => setImmediate(resolve));
    deadline.abort();
    assert.match(await answer, /^HTTP\/1.1 408 [\s\S]*connection: close/i);
    other.close();
  });

  it('takes metrics and logs', async () => {
    for (const path of ['/v1/metrics', '/v1/logs']) assert.equal((await post('{}', json, path)).status, 200);
  });

  for (const encoding of ['json', 'protobuf'] as const) {
    it(`takes and forwards what is good of a request in ${encoding}, and tells the sender what is not`, async () => {
      const good = { ...SPAN, name: 'good' };
      const request = {
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
            scopeSpans: [
              {
                scope: { name: 'tests', version: '1' },
                spans: [good, { ...SPAN, traceId: '' }, good, { ...SPAN, links: [{}] }],
              },
            ],
          },
          { scopeSpans: [{ spans: [good] }], schemaUrl: 'https://opentelemetry.io/schemas/1.30.0' },
        ],
      };
      spans.length = 0;
      forwarded.length = 0;
      const isJson = encoding === 'json';
      const response = await post(
        isJson ? JSON.stringify(request) : gzipSync(encodeRequest('traces', request)),
        isJson ? json : { ...protobuf, ...gzip },
      );
      assert.equal(response.status, 200);
      assert.deepEqual(
        spans.map(({ name, service }) => [name, service]),
        [
          ['good', 'shop'],
          ['good', 'shop'],
          ['good', 'unknown_service'],
        ],
      );
      const answer = Buffer.from(await response.arrayBuffer());
      if (isJson) {
        assert.deepEqual(JSON.parse(answer.toString()), {
          partialSuccess: { rejectedSpans: '2', errorMessage: 'a span without traceId or spanId' },
        });
      } else {
        // ExportTraceServiceResponse.partial_success = 1 {rejected_spans = 1: 2, error_message = 2}
        assert.deepEqual([answer[0], answer[2], answer[3], answer[4]], [0x0a, 0x08, 2, 0x12]);
        assert.equal(answer.subarray(6).toString(), 'a span without traceId or spanId');
      }
      const [first, second] = request.resourceSpans;
      assert.ok(first?.scopeSpans[0] && second);
      first.scopeSpans[0].spans = [good, good];
      assert.equal(forwarded.length, 1);
      assert.equal(forwarded[0]?.contentEncoding ?? null, null);
      assert.deepEqual(
        forwarded[0]?.body,
        isJson ? Buffer.from(JSON.stringify(request)) : encodeRequest('traces', request),
      );
    });
  }

  it('forwards nothing of a request in which nothing is good', async () => {
    forwarded.length = 0;
    const response = await post(
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...SPAN, traceId: '' }] }] }] }),
      json,
    );
    assert.equal(response.status, 200);
    assert.equal(forwarded.length, 0);
  });

  it('refuses what it cannot read, and forwards none of it', async () => {
    forwarded.length = 0;
    const refusals: [number, string | Buffer, Record<string, string>][] = [
      [400, '{', json],
      [400, '{"resourceSpans":5}', json],
      [400, Buffer.from([0xff, 0xff]), protobuf],
      [400, 'not gzip', { ...json, ...gzip }],
      [413, ' '.repeat(BODY_LIMIT + 1), json],
      [413, gzipSync(Buffer.alloc(BODY_LIMIT + 1)), { ...protobuf, ...gzip }],
      [415, '<x/>', { 'content-type': 'text/xml' }],
      [415, JSON_BODY, { ...json, 'content-encoding': 'br' }],
    ];
    for (const [status, body, headers] of refusals) {
      const response = await post(body, headers);
      assert.equal(response.status, status, JSON.stringify(headers));
      const expected =
        headers['content-type'] === 'application/x-protobuf' ? 'application/x-protobuf' : 'application/json';
      assert.ok(response.headers.get('content-type')?.startsWith(expected));
      assert.ok((await response.arrayBuffer()).byteLength > 0);
    }
    assert.equal((await fetch(`${base}/v1/traces`)).status, 405);
    assert.equal(forwarded.length, 0);
    assert.equal(receiver.counts.malformed, 3);
  });
});

describe('headers', () => {
  it('reads headers as OpenTelemetry writes them, and tells no value in its error', () => {
    assert.deepEqual(parseHeaders('Authorization=Bearer%20a=b, x-team = shop'), {
      authorization: 'Bearer a=b',
      'x-team': 'shop',
    });
    assert.throws(
      () => parseHeaders('secret'),
      (error: Error) => !error.message.includes('secret') && error.message.includes('name=value'),
    );
  });
});
