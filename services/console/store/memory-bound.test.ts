import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { span, spanId, traceId } from '../../../test/otlp/spans';
import type { BombReport } from '../../../test/otlp/bombs';
import { textBytes } from './held-memory';
import { TelemetryStore } from './telemetry-store';

const MEBIBYTE = 1024 * 1024;
/** The flags of every service, here and in the image. */
const FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=96', '--expose-gc'];
/** Series, runs and edges of the service map are bounded by their numbers and the length of a name (bytes). */
const BOUNDED_BY_NUMBER = 5 * MEBIBYTE;
const BOMBS = path.join(__dirname, '..', '..', '..', 'test', 'otlp', 'bombs.js');

describe('a console that gets gzip bombs', () => {
  let memoryLimit = 0;
  let reports: BombReport[] = [];
  before(async () => {
    // A heap that overflows ends the child, and rejects this.
    const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, BOMBS], {
      maxBuffer: 10 * MEBIBYTE,
    });
    ({ memoryLimit, reports } = JSON.parse(stdout) as { memoryLimit: number; reports: BombReport[] });
  });

  it('answers each of them, and takes those that are telemetry', () => {
    for (const { kind, statuses } of reports) {
      const expected = kind.startsWith('no OTLP') ? [200, 400] : [200];
      assert.ok(
        statuses.every((status) => expected.includes(status)),
        `${kind}: ${statuses.join()}`,
      );
    }
  });

  it('stays within the bound of the store, which is filled', () => {
    for (const { kind, storeBytes } of reports) assert.ok(storeBytes <= memoryLimit, kind);
    assert.ok(Math.max(...reports.map(({ storeBytes }) => storeBytes)) > 0.95 * memoryLimit);
  });

  it('holds no more heap than the store counts, whatever the telemetry is made of', () => {
    for (const { kind, countedBytes, heldBytes } of reports) {
      assert.ok(
        heldBytes < 1.1 * countedBytes + BOUNDED_BY_NUMBER,
        `${kind}: ${(heldBytes / MEBIBYTE).toFixed(1)} MiB in use, ${(countedBytes / MEBIBYTE).toFixed(1)} MiB counted`,
      );
    }
  });
});

describe('the bytes of a text', () => {
  it('are one to a character, two when one of them is beyond Latin-1', () => {
    assert.equal(textBytes('x'.repeat(800)), 816);
    assert.equal(textBytes('é'.repeat(800)), 816);
    assert.equal(textBytes(`${'x'.repeat(799)}一`), 1616);
  });
});

describe('traces, logs and metric values', () => {
  const NOW_MS = 1_700_000_000_000;
  const LIMIT = 400_000;
  const long = (n: number): string => `${String(n)}${'x'.repeat(4000)}`;
  const feedTraces = (store: TelemetryStore): void => {
    for (let n = 0; n < 300; n += 1) {
      store.addSpans([
        span({
          traceId: traceId(n),
          spanId: spanId(n),
          startMs: NOW_MS,
          attributes: { 'traffic.type': 'demo', big: long(n) },
        }),
      ]);
    }
  };
  const feedLogs = (store: TelemetryStore): void => {
    for (let n = 0; n < 300; n += 1) {
      store.addLogs([
        {
          service: 'frontend',
          atMs: NOW_MS + n,
          severity: 'error',
          body: long(n),
          traceId: null,
          spanId: null,
          attributes: ['event', `demo_${String(n % 7)}`],
        },
      ]);
    }
  };
  const feedMetrics = (store: TelemetryStore): void => {
    for (let n = 0; n < 300; n += 1) {
      store.addMetrics([
        {
          service: 'frontend',
          instance: '',
          name: 'shop.big',
          unit: '',
          kind: 'gauge',
          delta: false,
          atMs: NOW_MS,
          value: n,
          count: 1,
          attributes: ['big', long(n)],
        },
      ]);
    }
  };

  it('share one bound, and whichever floods leaves the others their share', () => {
    const feeds = [feedTraces, feedLogs, feedMetrics];
    for (const flood of feeds) {
      const store = new TelemetryStore(() => NOW_MS, LIMIT);
      for (const feed of feeds) feed(store);
      for (let round = 0; round < 3; round += 1) flood(store);
      assert.ok(store.bytes <= LIMIT, String(store.bytes));
      assert.ok(store.bytes > 0.9 * LIMIT, 'the room is used');
      assert.ok(store.traces.bytes > 0.5 * LIMIT && store.logs.bytes > 0.1 * LIMIT);
      assert.ok(store.metrics.bytes > 0.05 * LIMIT);
    }
  });

  it('give back every byte they took', () => {
    const store = new TelemetryStore(() => NOW_MS, LIMIT);
    for (const feed of [feedTraces, feedLogs, feedMetrics]) feed(store);
    store.traces.dropBefore(Number.POSITIVE_INFINITY);
    store.logs.dropBefore(Number.POSITIVE_INFINITY);
    while (store.metrics.evict());
    assert.equal(store.bytes, 0);
  });
});
