import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ShopObserver } from '../observation/shop-observer';
import type { Target } from '../target/target';
import type { CheckContext } from './context';
import { checkVendor, refusedBy } from './vendor';

/** What the stand-in of console or collector tells at each look; the last one stays. */
let looks: string[] = [];
let server: Server;
let url = '';

before(async () => {
  server = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') {
      response.end('{}');
      return;
    }
    response.end(looks.length > 1 ? looks.shift() : looks[0]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  looks = [];
});

/** No waiting: every look comes at once. */
function context(stack: boolean): CheckContext {
  const target: Partial<Target> = {
    kind: stack ? 'stack' : 'local',
    shopUrl: url,
    consoleUrl: url,
    adminToken: 't',
    serviceUrl: () => Promise.resolve(url),
    tunnel: stack ? () => Promise.resolve(url) : null,
    logs: null,
    namespace: null,
  };
  return {
    target: target as Target,
    observer: new ShopObserver(target as Target),
    effective: () => Promise.reject(new Error('not asked')),
    patienceMs: 0,
    output: { line: () => undefined },
    wait: () => Promise.resolve(),
  };
}

const forwarding = (answers: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    forwarding: { endpoint: 'http://vendor', queued: 0, forwarded: 5, dropped: 0, answers, ...more },
  });

describe('what the vendor takes, of a shop on this machine', () => {
  it('is not asked where nobody is configured', async () => {
    looks = [JSON.stringify({ forwarding: null })];
    const found = await checkVendor(context(false));
    assert.equal(found.state, 'skipped');
  });

  it('is known when traces and metrics were answered after the test span', async () => {
    const old = { traces: { status: 200, error: null, at: 1 }, metrics: { status: 200, error: null, at: 1 } };
    looks = [
      forwarding(old),
      forwarding({ ...old, traces: { status: 200, error: null, at: 2 } }, { forwarded: 6 }),
      forwarding(
        { traces: { status: 200, error: null, at: 2 }, metrics: { status: 200, error: null, at: 3 } },
        { forwarded: 8 },
      ),
    ];
    const found = await checkVendor(context(false));
    assert.deepEqual(found, { state: 'ok', figures: 'http://vendor took 3 payloads: traces, metrics' });
  });

  it('is refused by the newest answer alone: an old 401 that was put right does not count', async () => {
    const old = { traces: { status: 401, error: 'HTTP 401', at: 1 } };
    looks = [
      forwarding(old),
      forwarding({
        traces: { status: 200, error: null, at: 2 },
        metrics: { status: 200, error: null, at: 2 },
      }),
    ];
    assert.equal((await checkVendor(context(false))).state, 'ok');
    looks = [forwarding(old), forwarding({ traces: { status: 429, error: 'HTTP 429', at: 2 } })];
    const found = await checkVendor(context(false));
    assert.equal(found.state, 'failed');
    assert.match(found.figures, /answers 429 Too Many Requests \(traces: HTTP 429\)/);
  });
});

describe('the remedy', () => {
  it('is one that helps where the shop runs', () => {
    const remedy = (message: string, local: boolean): string => {
      return refusedBy('vendor', message, local).remedy ?? '';
    };
    assert.match(remedy('traces: HTTP 401', true), /--otlp-headers-file/);
    assert.match(remedy('traces: HTTP 401', false), /pulumi config set/);
    assert.match(remedy('traces: gRPC UNAUTHENTICATED: bad key', true), /--otlp-headers-file/);
    assert.match(remedy('logs: HTTP 429: quota', true), /--scale/);
    assert.match(remedy('traces: connect ECONNREFUSED 127.0.0.1:1', true), /--otlp-protocol/);
  });
});

describe('what was lost before', () => {
  it('is reported, though the vendor takes what comes now', async () => {
    const old = { traces: { status: 200, error: null, at: 1 }, metrics: { status: 200, error: null, at: 1 } };
    const now = { traces: { status: 200, error: null, at: 2 }, metrics: { status: 200, error: null, at: 2 } };
    looks = [forwarding(old, { dropped: 7 }), forwarding(now, { dropped: 7, forwarded: 9 })];
    const found = await checkVendor(context(false));
    assert.equal(found.state, 'failed');
    assert.match(found.figures, /7 payloads were lost or refused/);
  });
});

describe('what the vendor takes, of a stack', () => {
  const metrics = (sent: number, failed: number): string =>
    [
      `otelcol_exporter_sent_spans{exporter="otlphttp/console"} ${sent + 7}`,
      `otelcol_exporter_queue_size{data_type="traces",exporter="otlphttp/vendor"} 2`,
      `otelcol_exporter_sent_spans{exporter="otlphttp/vendor"} ${sent}`,
      `otelcol_exporter_send_failed_spans{exporter="otlphttp/vendor"} ${failed}`,
    ].join('\n');

  it('is counted from the test span on', async () => {
    looks = [metrics(100, 3), metrics(100, 3), metrics(112, 3)];
    assert.deepEqual(await checkVendor(context(true)), {
      state: 'ok',
      figures: 'otlphttp/vendor took 12 spans',
    });
  });

  it('is refused when spans fail, also while others still go through', async () => {
    looks = [metrics(100, 3), metrics(105, 9)];
    const found = await checkVendor(context(true));
    assert.equal(found.state, 'failed');
    assert.match(found.figures, /otlphttp\/vendor: 5 spans taken, 6 refused, 2 batches queued/);
  });
});
