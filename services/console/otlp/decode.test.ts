import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { encodeRequest } from '../../../test/otlp/encode';
import * as decode from './decode';
import { attribute, attributesObject, type MetricPoint, type SpanRecord } from './records';
import { MalformedTelemetry } from './malformed';
import type { Encoding } from './request';

const TRACE_ID = '0102030405060708090a0b0c0d0e0f10';
const SPAN_ID = '1112131415161718';
const PARENT_ID = '2122232425262728';
const id = (hex: string): Buffer => Buffer.from(hex, 'hex');

interface Decoded<T> {
  items: T[];
  rejected: number;
  reason: string;
}
type Decoder<T> = (body: Buffer, encoding: Encoding, take: (items: readonly T[]) => void) => decode.Outcome;
const collected =
  <T>(decoder: Decoder<T>) =>
  (body: Buffer, encoding: Encoding): Decoded<T> => {
    const items: T[] = [];
    const { taken, rejected, reason } = decoder(body, encoding, (part) => items.push(...part));
    assert.equal(taken, items.length);
    return { items, rejected, reason };
  };
const decodeSpans = collected(decode.decodeSpans);
const decodeMetrics = collected(decode.decodeMetrics);
const decodeLogs = collected(decode.decodeLogs);
const text = (stringValue: string): object => ({ stringValue });

/** One request in OTLP's JSON. */
const TRACES_REQUEST = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: text('product-catalog') }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE_ID,
              spanId: SPAN_ID,
              parentSpanId: PARENT_ID,
              name: 'acquire',
              kind: 3,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: '1700000002100000000',
              attributes: [
                { key: 'traffic.type', value: text('demo') },
                { key: 'db.rows_scanned', value: { intValue: '500000' } },
                { key: 'negative', value: { intValue: '-7' } },
                { key: 'db.slow_query', value: { boolValue: true } },
                { key: 'order.total', value: { doubleValue: 299.5 } },
                { key: 'list', value: { arrayValue: { values: [text('a'), { intValue: '2' }] } } },
              ],
              events: [{ timeUnixNano: '1700000001000000000', name: 'waiting', attributes: [] }],
              links: [
                {
                  traceId: TRACE_ID,
                  spanId: PARENT_ID,
                  attributes: [{ key: 'age', value: { intValue: '1200' } }],
                },
              ],
              status: { message: 'pool exhausted', code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

const EXPECTED = {
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  parentSpanId: PARENT_ID,
  service: 'product-catalog',
  name: 'acquire',
  kind: 'CLIENT',
  startMs: 1_700_000_000_000,
  durationMs: 2100,
  status: 'ERROR',
  statusMessage: 'pool exhausted',
  attributes: [
    ...['traffic.type', 'demo', 'db.rows_scanned', 500_000, 'negative', -7, 'db.slow_query', true],
    ...['order.total', 299.5, 'list', ['a', 2]],
  ],
  events: [{ atMs: 1_700_000_001_000, name: 'waiting', attributes: [] }],
  links: [{ traceId: TRACE_ID, spanId: PARENT_ID, attributes: ['age', 1200] }],
};

describe('OTLP traces', () => {
  it('are read from JSON', () => {
    const body = Buffer.from(JSON.stringify(TRACES_REQUEST));
    assert.deepEqual(decodeSpans(body, 'json'), { items: [EXPECTED], rejected: 0, reason: '' });
  });

  it('are read from protobuf', () => {
    const body = encodeRequest('traces', TRACES_REQUEST);
    assert.deepEqual(decodeSpans(body, 'protobuf'), { items: [EXPECTED], rejected: 0, reason: '' });
  });

  it('are read from bytes written down by hand from the .proto files', () => {
    const body = Buffer.from(
      [
        // ExportTraceServiceRequest.resource_spans = 1, 76 bytes
        '0a 4c',
        // ResourceSpans.scope_spans = 2, 51 bytes: before the resource, as the wire format allows
        '12 33',
        // ScopeSpans.spans = 2, 49 bytes
        '12 31',
        // Span.trace_id = 1, span_id = 2
        '0a 10 0102030405060708090a0b0c0d0e0f10',
        '12 08 1112131415161718',
        // name = 5 "ab", kind = 6: SERVER (2)
        '2a 02 6162',
        '30 02',
        // end_time_unix_nano = 8, fixed64: 2 000 000 ns
        '41 80841e0000000000',
        // dropped_attributes_count = 10: not read
        '50 05',
        // status = 15 {code = 3: ERROR}
        '7a 02 18 02',
        // ResourceSpans.resource = 1 {attributes = 1 {key = 1 "service.name", value = 2 {string_value = 1 "s"}}}
        '0a 15 0a 13 0a 0c 736572766963652e6e616d65 12 03 0a 01 73',
      ]
        .join('')
        .replaceAll(' ', ''),
      'hex',
    );
    const { items } = decodeSpans(body, 'protobuf');
    assert.equal(items.length, 1);
    const [span] = items;
    assert.equal(span?.traceId, TRACE_ID);
    assert.equal(span.spanId, SPAN_ID);
    assert.equal(span.parentSpanId, null);
    assert.equal(span.name, 'ab');
    assert.equal(span.kind, 'SERVER');
    assert.equal(span.durationMs, 2);
    assert.equal(span.status, 'ERROR');
    assert.equal(span.service, 's');
  });

  it("are read as OpenTelemetry's own serializer writes them", () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'frontend' }),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const tracer = provider.getTracer('test');
    const parent = tracer.startSpan('POST /api/checkout', { kind: SpanKind.SERVER });
    const child = tracer.startSpan(
      'acquire',
      {
        kind: SpanKind.CLIENT,
        attributes: { 'db.slow_query': true, 'order.total': 12.25, n: -3, list: ['x', 'y'] },
        links: [{ context: parent.spanContext(), attributes: { held: 20 } }],
      },
      trace.setSpan(context.active(), parent),
    );
    child.addEvent('gave up', { waited: 2000 });
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'no connection' });
    child.end();
    parent.end();
    const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans());
    assert.ok(bytes);
    const { items } = decodeSpans(Buffer.from(bytes), 'protobuf');
    assert.equal(items.length, 2);
    const decoded = items.find(({ name }) => name === 'acquire');
    const root = items.find(({ name }) => name === 'POST /api/checkout');
    assert.equal(root?.kind, 'SERVER');
    assert.equal(root.parentSpanId, null);
    assert.equal(decoded?.service, 'frontend');
    assert.equal(decoded.kind, 'CLIENT');
    assert.equal(decoded.traceId, parent.spanContext().traceId);
    assert.equal(decoded.parentSpanId, parent.spanContext().spanId);
    assert.equal(decoded.status, 'ERROR');
    assert.equal(decoded.statusMessage, 'no connection');
    assert.deepEqual(attributesObject(decoded.attributes), {
      'db.slow_query': true,
      'order.total': 12.25,
      n: -3,
      list: ['x', 'y'],
    });
    assert.equal(decoded.events[0]?.name, 'gave up');
    assert.equal(decoded.links[0]?.spanId, parent.spanContext().spanId);
    assert.ok(Math.abs(decoded.startMs - Date.now()) < 60_000);
  });

  it('are handed over in parts, however many a request has', () => {
    const spans = Array.from({ length: 20_005 }, () => ({ traceId: TRACE_ID, spanId: SPAN_ID }));
    const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
    for (const [body, encoding] of [
      [Buffer.from(JSON.stringify(request)), 'json'],
      [encodeRequest('traces', request), 'protobuf'],
    ] as const) {
      const parts: number[] = [];
      const { taken } = decode.decodeSpans(body, encoding, (part) => parts.push(part.length));
      assert.equal(taken, 20_005);
      assert.ok(Math.max(...parts) <= 256);
    }
  });
});

describe('malformed OTLP', () => {
  const requests: Record<string, string> = {
    'broken JSON': '{"resourceSpans": [',
    'an array': '[]',
    null: 'null',
    'resourceSpans as an object': '{"resourceSpans": {}}',
    'half a million arrays': `{"resourceSpans":[${'[],'.repeat(500_000)}[]]}`,
  };
  for (const [name, body] of Object.entries(requests)) {
    it(`is refused: ${name}`, () => {
      assert.throws(() => decodeSpans(Buffer.from(body), 'json'), MalformedTelemetry);
    });
  }

  const records: Record<string, [unknown, RegExp]> = {
    'that is a text': ['x', /cannot decode message .*Span /],
    'without a trace id': [{ spanId: SPAN_ID }, /without traceId/],
    'with a short trace id': [{ traceId: 'abc' }, /traceId/],
    'with a zero trace id': [{ traceId: '0'.repeat(32) }, /without traceId/],
    'with a name that is a number': [{ name: 5 }, /name/],
    'with a time that is a word': [{ startTimeUnixNano: 'now' }, /start_time_unix_nano/],
    'with a negative time': [{ startTimeUnixNano: '-1' }, /start_time_unix_nano/],
    'with a time that no date is': [{ startTimeUnixNano: '1e30' }, /start_time_unix_nano/],
    'with an unknown kind': [{ kind: 'SPAN_KIND_TOY' }, /SpanKind/],
    'with an attribute that is null': [{ attributes: [null] }, /attributes/],
    'with a boolean that is a text': [
      { attributes: [{ key: 'a', value: { boolValue: 'true' } }] },
      /bool_value/,
    ],
    'with a link without ids': [{ links: [{}] }, /link/],
    'with an event at a time that no date is': [{ events: [{ timeUnixNano: '1e30' }] }, /time_unix_nano/],
  };
  for (const [name, [fields, reason]] of Object.entries(records)) {
    it(`costs no other: a span ${name}`, () => {
      const good = { traceId: TRACE_ID, spanId: SPAN_ID, startTimeUnixNano: '1700000000000000000' };
      const bad = typeof fields === 'object' ? { ...good, ...fields } : fields;
      if (name === 'without a trace id') Object.assign(bad as object, { traceId: undefined });
      const spans = [good, bad, good];
      const decoded = decodeSpans(
        Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })),
        'json',
      );
      assert.equal(decoded.items.length, 2);
      assert.equal(decoded.rejected, 1);
      assert.match(decoded.reason, reason);
    });
  }

  const whole = encodeRequest('traces', TRACES_REQUEST);
  it('is refused: protobuf cut anywhere', () => {
    for (let length = 1; length < whole.length; length += 1) {
      assert.throws(
        () => decodeSpans(whole.subarray(0, length), 'protobuf'),
        MalformedTelemetry,
        String(length),
      );
    }
  });
  it('is refused or read, never worse: protobuf with any one byte changed', () => {
    for (let index = 0; index < whole.length; index += 1) {
      for (const value of [0x00, 0x7f, 0xff]) {
        const changed = Buffer.from(whole);
        changed[index] = value;
        try {
          decodeSpans(changed, 'protobuf');
        } catch (error) {
          assert.ok(error instanceof MalformedTelemetry, `byte ${String(index)}: ${String(error)}`);
        }
      }
    }
  });
  it('is refused: JSON as protobuf', () => {
    assert.throws(() => decodeSpans(Buffer.from('{"resourceSpans":[]}'), 'protobuf'), MalformedTelemetry);
  });
  it('costs no other: values nested without end', () => {
    let value: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 60; depth += 1) {
      const list = lengthDelimited(1, value);
      value = lengthDelimited(5, list);
    }
    const keyValue = lengthDelimited(2, value);
    const span = lengthDelimited(9, keyValue);
    const body = lengthDelimited(1, lengthDelimited(2, lengthDelimited(2, span)));
    const decoded = decodeSpans(body, 'protobuf');
    assert.equal(decoded.rejected, 1);
    assert.match(decoded.reason, /recursion depth/);
  });
  const withAttributes = (bytes: number): Buffer => {
    const attributes = Buffer.alloc(bytes);
    for (let at = 0; at < bytes; at += 2) attributes[at] = 0x4a;
    const span = Buffer.concat([
      lengthDelimited(1, id(TRACE_ID)),
      lengthDelimited(2, id(SPAN_ID)),
      attributes,
    ]);
    return lengthDelimited(1, lengthDelimited(2, lengthDelimited(2, span)));
  };
  it('is bounded: a hundred thousand empty attributes', () => {
    const [decoded] = decodeSpans(withAttributes(200_000), 'protobuf').items;
    assert.equal(decoded?.attributes.length, 256);
  });
  it('costs no other: a record of megabytes', () => {
    const decoded = decodeSpans(withAttributes(4_000_000), 'protobuf');
    assert.equal(decoded.rejected, 1);
    assert.match(decoded.reason, /more than 262144 bytes/);
  });
  it('is refused: two million empty groups', () => {
    const body = Buffer.alloc(4_000_000);
    for (let at = 0; at < body.length; at += 2) body[at] = 0x0a;
    assert.throws(() => decodeSpans(body, 'protobuf'), /more than 50000 records/);
  });
  it('costs no other group: a resource that is none', () => {
    const spans = [{ traceId: TRACE_ID, spanId: SPAN_ID }];
    const body = JSON.stringify({
      resourceSpans: [
        { resource: { attributes: 5 }, scopeSpans: [{ spans: [...spans, ...spans] }] },
        { scopeSpans: [{ spans }] },
      ],
    });
    const decoded = decodeSpans(Buffer.from(body), 'json');
    assert.deepEqual([decoded.items.length, decoded.rejected], [1, 2]);
    assert.match(decoded.reason, /Resource.attributes/);
  });
});

describe('what a span may bring', () => {
  const decodedOf = (fields: object): SpanRecord | undefined =>
    decodeSpans(
      Buffer.from(
        JSON.stringify({
          resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE_ID, spanId: SPAN_ID, ...fields }] }] }],
        }),
      ),
      'json',
    ).items[0];

  it('is a time that is a date: up to the last that 64 bits hold', () => {
    const last = decodedOf({ startTimeUnixNano: '18446744073709551615' });
    assert.ok(last);
    assert.match(new Date(last.startMs).toISOString(), /^2554-/);
  });
  it('is a duration of at most a day', () => {
    assert.equal(decodedOf({ endTimeUnixNano: '1700000000000000000' })?.durationMs, 86_400_000);
  });
  it('is names and texts of bounded length', () => {
    const decoded = decodedOf({
      name: 'n'.repeat(9000),
      attributes: [{ key: 'k'.repeat(9000), value: text('v'.repeat(9000)) }],
    });
    assert.equal(decoded?.name.length, 256);
    assert.deepEqual(
      decoded.attributes.map((each) => typeof each === 'string' && each.length),
      [256, 4096],
    );
  });
});

describe('OTLP metrics', () => {
  const request = {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: text('product-catalog') },
            { key: 'service.instance.id', value: text('a') },
          ],
        },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'db.client.connection.count',
                unit: '{connection}',
                sum: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      timeUnixNano: '1700000000000000000',
                      asInt: '20',
                      attributes: [{ key: 'state', value: text('used') }],
                    },
                  ],
                },
              },
              {
                name: 'shop.load',
                gauge: { dataPoints: [{ timeUnixNano: '1700000000000000000', asDouble: 1.5 }] },
              },
              {
                name: 'db.client.connection.wait_time',
                unit: 's',
                histogram: {
                  aggregationTemporality: 1,
                  dataPoints: [{ timeUnixNano: '1700000000000000000', count: '4', sum: 8.5 }],
                },
              },
            ],
          },
        ],
      },
    ],
  };
  for (const encoding of ['json', 'protobuf'] as const) {
    it(`are read from ${encoding}`, () => {
      const body =
        encoding === 'json' ? Buffer.from(JSON.stringify(request)) : encodeRequest('metrics', request);
      const { items } = decodeMetrics(body, encoding);
      assert.deepEqual(
        items.map(({ name, kind, value, count, delta, instance }) => ({
          name,
          kind,
          value,
          count,
          delta,
          instance,
        })),
        [
          {
            name: 'db.client.connection.count',
            kind: 'sum',
            value: 20,
            count: 1,
            delta: false,
            instance: 'a',
          },
          { name: 'shop.load', kind: 'gauge', value: 1.5, count: 1, delta: false, instance: 'a' },
          {
            name: 'db.client.connection.wait_time',
            kind: 'histogram',
            value: 8.5,
            count: 4,
            delta: true,
            instance: 'a',
          },
        ].sort(
          (a, b) => items.findIndex((i) => i.name === a.name) - items.findIndex((i) => i.name === b.name),
        ),
      );
    });
  }
});

describe('a data point that is no number', () => {
  const request = (...values: unknown[]): object => ({
    resourceMetrics: [
      {
        scopeMetrics: [
          { metrics: [{ name: 'shop.a', gauge: { dataPoints: values.map((asDouble) => ({ asDouble })) } }] },
        ],
      },
    ],
  });
  const values = (decoded: Decoded<MetricPoint>): number[] => decoded.items.map(({ value }) => value);

  it('is left out, and the other ones of its metric are taken', () => {
    for (const bad of ['many', 1e308, 'NaN', [], {}]) {
      const decoded = decodeMetrics(Buffer.from(JSON.stringify(request(1, bad, 2))), 'json');
      assert.deepEqual(values(decoded), [1, 2], JSON.stringify(bad));
      assert.equal(decoded.rejected, 1);
    }
    const decoded = decodeMetrics(encodeRequest('metrics', request(1, 1e308, 'NaN', 2)), 'protobuf');
    assert.deepEqual([values(decoded), decoded.rejected], [[1, 2], 2]);
    assert.match(decoded.reason, /asDouble/);
  });

  it('is not forwarded where it is no OTLP', () => {
    const body = Buffer.from(JSON.stringify(request(1, 'many', 2)));
    const { good } = decode.decodeMetrics(body, 'json', () => undefined);
    assert.deepEqual(good()?.toString(), JSON.stringify(request(1, 2)));
  });

  it('takes its metric along where it is the only one', () => {
    const body = encodeRequest('metrics', request('NaN'));
    const { good, taken } = decode.decodeMetrics(body, 'protobuf', () => undefined);
    assert.equal(taken, 0);
    assert.deepEqual(decodeMetrics(good() ?? Buffer.alloc(0), 'protobuf').items, []);
  });
});

describe('OTLP logs', () => {
  for (const encoding of ['json', 'protobuf'] as const) {
    it(`are read from ${encoding}`, () => {
      const request = {
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'service.name', value: text('frontend') }] },
            scopeLogs: [
              {
                logRecords: [
                  {
                    timeUnixNano: '1700000000000000000',
                    severityText: 'warn',
                    body: text('checkout failed'),
                    attributes: [{ key: 'event', value: text('demo_checkout_failed') }],
                    traceId: TRACE_ID,
                    spanId: SPAN_ID,
                  },
                ],
              },
            ],
          },
        ],
      };
      const body =
        encoding === 'json' ? Buffer.from(JSON.stringify(request)) : encodeRequest('logs', request);
      const [record] = decodeLogs(body, encoding).items;
      assert.equal(record?.body, 'checkout failed');
      assert.equal(record.service, 'frontend');
      assert.equal(record.traceId, TRACE_ID);
      assert.equal(record.atMs, 1_700_000_000_000);
      assert.equal(attribute(record.attributes, 'event'), 'demo_checkout_failed');
    });
  }
});

function lengthDelimited(field: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), content]);
}
