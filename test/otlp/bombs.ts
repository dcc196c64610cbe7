/**
 * A console's receiver and store in a process of its own, fed with bodies that are small as gzip and as costly as
 * may be once they are read: `node --expose-gc --max-old-space-size=MB bombs.js`. Prints, as JSON, what each kind of body came
 * to; a heap that does not hold them ends the process.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { OtlpReceiver } from '../../services/console/otlp/receiver';
import { MEMORY_LIMIT, TelemetryStore } from '../../services/console/store/telemetry-store';
import { spanId, traceId } from './spans';

/** As large as the receiver takes them, once unzipped (bytes). */
const BODY_BYTES = 4_000_000;
const BODIES_THAT_FILL = 4;

/** What one kind of body came to. */
export interface BombReport {
  kind: string;
  /** HTTP statuses of the answers. */
  statuses: number[];
  /** The most that the store said it holds (bytes). */
  storeBytes: number;
  /** At the end of the kind: what the store said it holds, and what it really does (bytes of heap). */
  countedBytes: number;
  heldBytes: number;
}

const string = (stringValue: string): object => ({ stringValue });
let unique = 0;
/** A text that no other equals, of that many characters, which compresses well. */
const text = (characters: number, filler: string): string =>
  `${(unique += 1).toString(36)}${filler.repeat(characters)}`.slice(0, Math.max(characters, 6));
const attributes = (count: number, value: () => object): object[] =>
  Array.from({ length: count }, () => ({ key: text(1, 'k'), value: value() }));
const nested = (depth: number): object =>
  depth === 0
    ? string(text(60, '一'))
    : { kvlistValue: { values: [{ key: text(1, 'k'), value: nested(depth - 1) }] } };

const span = (fields: object): object => ({
  traceId: traceId((unique += 1)),
  spanId: spanId(unique),
  startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
  ...fields,
});
const event = (fields: object, ...values: object[]): object => ({
  timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
  attributes: [{ key: 'event', value: string(`demo_${String(unique % 40)}`) }, ...values],
  ...fields,
});
const point = (list: object[]): object => ({
  name: `shop.${text(40, 'm')}`,
  gauge: { dataPoints: [{ asDouble: 1.5, attributes: list }] },
});

interface Kind {
  path: string;
  /** One item of the body. */
  item: () => object;
  /** A request of such items. */
  request: (items: object[]) => object;
}

const spans = (list: object[]): object => ({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] });
const logs = (list: object[]): object => ({ resourceLogs: [{ scopeLogs: [{ logRecords: list }] }] });
const metrics = (list: object[]): object => ({ resourceMetrics: [{ scopeMetrics: [{ metrics: list }] }] });
const ofSpans = (item: () => object): Kind => ({ path: '/v1/traces', item, request: spans });
const ofLogs = (item: () => object): Kind => ({ path: '/v1/logs', item, request: logs });
const ofMetrics = (item: () => object): Kind => ({ path: '/v1/metrics', item, request: metrics });

/** Every text is unlike all others: nothing can be shared. The filler 一 takes two bytes a character on the heap. */
const KINDS: Record<string, Kind> = {
  'spans, long two-byte texts': ofSpans(() =>
    span({ attributes: attributes(100, () => string(text(4000, '一'))) }),
  ),
  'spans, texts just short enough to have been shared': ofSpans(() =>
    span({ attributes: attributes(100, () => string(text(1000, '一'))) }),
  ),
  'spans, many tiny texts': ofSpans(() => span({ attributes: attributes(128, () => string(text(1, 'x'))) })),
  'spans, nothing but spans': ofSpans(() => span({})),
  'spans, links and events': ofSpans(() =>
    span({
      links: Array.from({ length: 64 }, () => ({ traceId: traceId((unique += 1)), spanId: spanId(1) })),
      events: Array.from({ length: 32 }, () => ({ name: text(6, 'e') })),
    }),
  ),
  'spans, objects in objects': ofSpans(() => span({ attributes: attributes(20, () => nested(5)) })),
  'spans, lists of texts': ofSpans(() =>
    span({
      attributes: attributes(20, () => ({
        arrayValue: { values: Array.from({ length: 64 }, () => string(text(1, 'x'))) },
      })),
    }),
  ),
  'spans, names and services': {
    path: '/v1/traces',
    item: () => ({
      resource: { attributes: [{ key: 'service.name', value: string(text(4000, '一')) }] },
      scopeSpans: [
        {
          spans: [
            span({
              kind: 2,
              name: text(4000, '一'),
              attributes: [
                { key: 'http.request.method', value: string('GET') },
                { key: 'http.route', value: string(text(4000, '一')) },
                { key: 'server.address', value: string(text(4000, '一')) },
                { key: 'server.port', value: { intValue: '80' } },
                { key: 'demo.run_id', value: string(text(4000, '一')) },
                { key: 'demo.minute', value: { intValue: String(unique % 240) } },
              ],
            }),
          ],
        },
      ],
    }),
    request: (items) => ({ resourceSpans: items }),
  },
  'logs, long two-byte bodies': ofLogs(() => event({ body: string(text(4000, '一')) })),
  'logs, long attributes': ofLogs(() => event({}, ...attributes(60, () => string(text(4000, '一'))))),
  'logs, bodies that are objects': ofLogs(() => event({ body: nested(5) })),
  'metrics, long attributes': ofMetrics(() => point(attributes(100, () => string(text(4000, '一'))))),
};

/** Bodies that are no telemetry, and costly to parse. */
const RAW: Record<string, () => string> = {
  'no OTLP, keys unlike each other': () => {
    let body = '{';
    while (body.length < BODY_BYTES) body += `"${(unique += 1).toString(36)}":0,`;
    return `${body}"z":0}`;
  },
  'no OTLP, numbers': () => `[${'1.5,'.repeat(BODY_BYTES / 4)}1]`,
  'no OTLP, short texts': () => `[${'"abc",'.repeat(BODY_BYTES / 6)}"a"]`,
  'no OTLP, lists': () => `[${'[],'.repeat(BODY_BYTES / 3)}[]]`,
  'no OTLP, depth': () => '['.repeat(BODY_BYTES),
};

/** The same in protobuf: two bytes to an empty message. */
const WIRE: Record<string, () => Buffer> = {
  'no OTLP, empty groups': () => Buffer.alloc(BODY_BYTES).fill(Buffer.from([0x0a, 0])),
  'spans of nothing but attributes': () => {
    const field = (number: number, content: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      for (let byte = 0; byte < 4; byte += 1)
        length[byte] = ((content.length >>> (7 * byte)) & 0x7f) | (byte < 3 ? 0x80 : 0);
      return Buffer.concat([Buffer.from([(number << 3) | 2]), length, content]);
    };
    const spanOf = (): Buffer =>
      Buffer.concat([
        field(1, Buffer.from(traceId((unique += 1)), 'hex')),
        field(2, Buffer.from(spanId(unique), 'hex')),
        Buffer.alloc(250_000).fill(Buffer.from([0x4a, 0])),
      ]);
    return field(1, field(2, Buffer.concat(Array.from({ length: 16 }, () => field(2, spanOf())))));
  },
};

/** A body of about BODY_BYTES. */
function bodyOf({ item, request }: Kind): string {
  const items: object[] = [];
  const each = Buffer.byteLength(JSON.stringify(item()));
  while ((items.length + 1) * each < BODY_BYTES) items.push(item());
  return JSON.stringify(request(items));
}

/** Bytes of heap that are really in use. */
function heapInUse(): number {
  globalThis.gc?.();
  return getHeapStatistics().used_heap_size;
}

/** Sends a body, and keeps nothing of it. @returns the HTTP status */
async function send(url: string, make: () => string | Buffer): Promise<number> {
  const made = make();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': typeof made === 'string' ? 'application/json' : 'application/x-protobuf',
      'content-encoding': 'gzip',
    },
    body: new Uint8Array(gzipSync(made, { level: 1 })),
  });
  await response.arrayBuffer();
  return response.status;
}

async function main(): Promise<void> {
  const store = new TelemetryStore();
  const app = express();
  new OtlpReceiver(store, null).mount(app);
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  let emptyBytes = 0;
  const feed = async (
    kind: string,
    path: string,
    make: () => string | Buffer,
    bodies = BODIES_THAT_FILL,
  ): Promise<BombReport> => {
    const report: BombReport = { kind, statuses: [], storeBytes: 0, countedBytes: 0, heldBytes: 0 };
    for (let n = 0; n < bodies; n += 1) {
      report.statuses.push(await send(`${base}${path}`, make));
      store.tick();
      report.storeBytes = Math.max(report.storeBytes, store.bytes);
    }
    report.countedBytes = store.bytes;
    report.heldBytes = heapInUse() - emptyBytes;
    return report;
  };
  const reports: BombReport[] = [];
  // What the first requests load is not the store's.
  for (const { path, item, request } of Object.values(KINDS))
    await send(`${base}${path}`, () => JSON.stringify(request([item()])));
  emptyBytes = heapInUse();
  for (const [name, kind] of Object.entries(KINDS))
    reports.push(await feed(name, kind.path, () => bodyOf(kind)));
  for (const [name, make] of Object.entries({ ...RAW, ...WIRE }))
    reports.push(await feed(name, '/v1/traces', make, 2));
  server.closeAllConnections();
  server.close();
  process.stdout.write(JSON.stringify({ memoryLimit: MEMORY_LIMIT, reports }));
}

void main();
