import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import { ExportTraceServiceRequestSchema } from '../generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';
import type { Answer, Batch } from './answer';
import { backoffMs, retryAfterMs } from './backoff';
import { Forwarder, withoutCredentials } from './forwarder';
import type { Payload } from './payload';

const TAKEN: Answer = { kind: 'taken', status: 200, rejected: 0, reason: '' };
const AWAY: Answer = { kind: 'later', status: null, reason: 'connect ECONNREFUSED', retryAfterMs: null };

const span = (n: number): object => ({
  traceId: '0102030405060708090a0b0c0d0e0f10',
  spanId: n.toString(16).padStart(16, '0'),
  name: `span ${String(n)}`,
});
const payload = (n: number): Payload => ({
  signal: 'traces',
  contentType: 'application/json',
  contentEncoding: 'gzip',
  body: gzipSync(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span(n)] }] }] })),
});

/** An end point of virtual time: answers as told, keeps what it took. */
class Endpoint {
  now = 0;
  /** When each request came (ms). */
  readonly requests: number[] = [];
  readonly taken: string[] = [];
  answer: () => Answer | Promise<Answer> = () => TAKEN;
  readonly forwarder: Forwarder;

  constructor(bounds?: { bytes: number; ageMs: number }) {
    this.forwarder = new Forwarder({
      endpoint: 'http://vendor',
      sender: { send: (batch) => this.receive(batch), close: () => Promise.resolve() },
      now: () => this.now,
      random: () => 1,
      ...(bounds === undefined ? {} : { bounds }),
    });
  }

  private async receive({ gzipped }: Batch): Promise<Answer> {
    this.requests.push(this.now);
    const answer = await this.answer();
    if (answer.kind === 'taken') {
      const { resourceSpans } = fromBinary(ExportTraceServiceRequestSchema, gunzipSync(gzipped));
      for (const { scopeSpans } of resourceSpans)
        for (const { spans } of scopeSpans) this.taken.push(...spans.map(({ name }) => name));
    }
    return answer;
  }

  /** So many seconds, each with a payload and a turn of the timer. */
  async seconds(count: number, offered = 1): Promise<void> {
    for (let second = 0; second < count; second += 1) {
      for (let n = 0; n < offered; n += 1) this.forwarder.offer(payload((this.sequence += 1)));
      await this.forwarder.pump();
      await settled();
      this.now += 1000;
    }
  }
  sequence = 0;

  get status(): Record<string, unknown> {
    return this.forwarder.status();
  }
}

/** What runs in the background of a turn has run. */
async function settled(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('forwarding', () => {
  it('sends what arrives in protobuf, many payloads to a batch', async () => {
    const end = new Endpoint();
    await end.seconds(1, 30);
    assert.equal(end.requests.length, 1);
    assert.equal(end.taken.length, 30);
    assert.equal(end.taken[29], 'span 30');
    assert.equal(end.status.forwarded, 30);
  });

  it('keeps up with an end point that takes its time: batches are under way side by side', async () => {
    const end = new Endpoint();
    const waiting: (() => void)[] = [];
    end.answer = () =>
      new Promise((resolve) => {
        waiting.push(() => {
          resolve(TAKEN);
        });
      });
    await end.seconds(5, 20);
    assert.equal(waiting.length, 5);
    for (const release of waiting) release();
    await settled();
    assert.equal(end.taken.length, 100);
    assert.equal(end.status.dropped, 0);
  });

  it('loses nothing of a minute of absence, asks less and less often, and brings nothing twice', async () => {
    const end = new Endpoint();
    await end.seconds(5, 20);
    end.answer = () => AWAY;
    const began = end.requests.length;
    await end.seconds(60, 20);
    assert.ok(
      end.requests.length - began < 12,
      `${String(end.requests.length - began)} requests in a minute`,
    );
    assert.equal(end.status.lastError, 'traces: connect ECONNREFUSED');
    assert.equal(end.status.oldestSeconds, 60);
    end.answer = () => TAKEN;
    await end.seconds(20, 20);
    assert.equal(end.taken.length, 85 * 20);
    assert.equal(new Set(end.taken).size, 85 * 20);
    assert.deepEqual(
      [end.status.lost, end.status.refused, end.status.queued, end.status.queuedBytes, end.status.lastError],
      [0, 0, 0, 0, null],
    );
  });

  it('waits as long as the end point asks for', async () => {
    const end = new Endpoint();
    end.answer = () => ({ kind: 'later', status: 429, reason: 'HTTP 429', retryAfterMs: 7000 });
    await end.seconds(1);
    end.answer = () => TAKEN;
    await end.seconds(10);
    assert.equal(end.requests[0], 0);
    assert.equal(end.requests[1], 7000);
    assert.equal(end.taken.length, 11);
  });

  it('does not try again what can never succeed, and says so', async () => {
    const end = new Endpoint();
    end.answer = () => ({ kind: 'refused', status: 401, reason: 'HTTP 401' });
    await end.seconds(1, 3);
    await end.seconds(3, 0);
    assert.equal(end.requests.length, 1);
    assert.deepEqual([end.status.refused, end.status.dropped, end.status.queued], [3, 3, 0]);
    assert.equal(end.status.lastError, 'traces: HTTP 401');
  });

  it('counts records that a partial success left out', async () => {
    const end = new Endpoint();
    end.answer = () => ({ ...TAKEN, rejected: 2, reason: 'two without a name' });
    await end.seconds(1, 3);
    assert.equal(end.status.rejectedRecords, 2);
    assert.equal(end.status.lastError, 'traces: two without a name');
  });

  it('never grows: beyond its bytes and its age the oldest goes, and is counted', async () => {
    const end = new Endpoint({ bytes: 1000, ageMs: 1_000_000 });
    end.answer = () => AWAY;
    await end.seconds(50);
    assert.ok(Number(end.status.queuedBytes) <= 1000 + 300, String(end.status.queuedBytes));
    assert.equal(Number(end.status.lost) + Number(end.status.queued), 50);
    assert.ok(Number(end.status.lost) > 20);

    const aged = new Endpoint({ bytes: 1e9, ageMs: 10_000 });
    aged.answer = () => AWAY;
    await aged.seconds(30);
    assert.ok(Number(aged.status.oldestSeconds) <= 11);
    assert.ok(Number(aged.status.lost) >= 18, String(aged.status.lost));
  });
});

describe('the wait before another try', () => {
  it('doubles up to a bound, with jitter of half of it', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 9].map((failures) => backoffMs(failures, 1)),
      [1000, 2000, 4000, 8000, 15_000, 15_000],
    );
    assert.equal(backoffMs(3, 0), 2000);
  });

  it('is what Retry-After says, in seconds or as a date, within reason', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    assert.equal(retryAfterMs('3', now), 3000);
    assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:05 GMT', now), 5000);
    assert.equal(retryAfterMs('86400', now), 60_000);
    assert.equal(retryAfterMs(null, now), null);
    assert.equal(retryAfterMs('soon', now), null);
  });
});

describe('what /health says of the end point', () => {
  it('has no credentials of its URL, nor of one in an error', async () => {
    const endpoint = 'https://user:hunter2@vendor.example/otlp?key=hunter3';
    const forwarder = new Forwarder({
      endpoint,
      sender: {
        send: () =>
          Promise.resolve({
            kind: 'later',
            status: null,
            reason: `cannot reach ${endpoint}`,
            retryAfterMs: null,
          }),
        close: () => Promise.resolve(),
      },
    });
    forwarder.offer(payload(1));
    await forwarder.pump();
    await settled();
    const told = JSON.stringify(forwarder.status());
    assert.match(told, /cannot reach https:\/\/vendor\.example/);
    assert.doesNotMatch(told, /hunter|user/);
  });

  it('keeps everything else of a text', () => {
    assert.equal(
      withoutCredentials('HTTP 401 of http://a:b@c:4318/x#y, again'),
      'HTTP 401 of http://c:4318/x again',
    );
    assert.equal(
      withoutCredentials('connect ECONNREFUSED 127.0.0.1:4318'),
      'connect ECONNREFUSED 127.0.0.1:4318',
    );
  });
});
