import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOG, SERVICE_NAMES } from '../../services/catalog';
import { Mendable } from '../../machine/errors';
import type { Instance } from '../target/target';
import { judgeBaseline } from './baseline';
import { anchorOf } from './book';
import { allOk, checkLines, failed, ok, runCheck, skipped } from './check';
import { collectorExporters, isVendor, latestExportError, vendorTrouble } from './collector';
import { lookAtInstances } from './platform';
import { missingInMap } from './telemetry';
import { meaningOf, refusedBy, statusIn } from './vendor';

describe('a check', () => {
  it('that throws has failed with the reason, its general remedy and its anchor', async () => {
    const result = await runCheck('pool', () => Promise.reject(new Error('fetch failed')));
    assert.equal(result.state, 'failed');
    assert.equal(result.figures, 'fetch failed');
    assert.match(result.remedy ?? '', /product-catalog/);
    assert.equal(result.anchor, 'docs/troubleshooting.md#pool');
    const lines = checkLines(result);
    assert.match(lines[0] ?? '', /^ {2}✗ Recommendation pool as configured: fetch failed$/);
    assert.equal(lines[2]?.trim(), anchorOf('pool'));
    const known = await runCheck('pool', () =>
      Promise.reject(new Mendable('no answer', 'see to PostgreSQL')),
    );
    assert.equal(known.remedy, 'see to PostgreSQL');
  });

  it('that holds, or has nothing to look at, says so in one line without a remedy', async () => {
    const good = await runCheck('browse', () => Promise.resolve(ok('200')));
    const none = await runCheck('vendor-endpoint', () => Promise.resolve(skipped('nobody')));
    assert.deepEqual(
      [...checkLines(good), ...checkLines(none)],
      ['  ✓ A browse is answered: 200', '  – The vendor takes the telemetry: nobody'],
    );
    assert.equal(allOk([good, none]), true);
    assert.equal(allOk([good, await runCheck('pool', () => Promise.resolve(failed('3')))]), false);
  });
});

describe('what runs', () => {
  const all: Instance[] = SERVICE_NAMES.map((workload) => ({
    workload,
    name: `${workload}-1`,
    ready: true,
    reason: null,
    restarts: 0,
    pid: null,
  }));

  const problem = async (instances: Instance[]): Promise<string | null> =>
    (await lookAtInstances({ instances: () => Promise.resolve(instances) })).problem;

  it('is at least eight instances, every service among them, all ready', async () => {
    assert.equal(await problem(all), null);
    assert.equal(await problem(all.filter(({ workload }) => workload !== 'payment')), 'payment is missing');
    const unready = all.map((each) =>
      each.workload === 'cart' ? { ...each, ready: false, reason: 'redis: away' } : each,
    );
    assert.equal(await problem(unready), 'cart (cart-1) is not ready: redis: away');
    assert.match((await problem(all.slice(0, 3))) ?? '', /only 3 of at least 8/);
  });
});

describe('the service map', () => {
  const shop = CATALOG.filter((entry) => entry.shop);
  const map = {
    nodes: [...shop.map(({ name }) => name as string), 'postgresql', 'redis'].map((name) => ({
      name,
      active: true,
    })),
    edges: shop.flatMap(({ name, calls, stores }) =>
      [...calls, ...stores].map((to) => ({ from: name, to, traffic: { demo: { calls: 3 } } })),
    ),
  };

  it('is complete with twelve services, both stores and every edge', () => {
    assert.deepEqual(missingInMap(map), []);
    // Who reads just the scenario's rows does so untraced.
    const traced = map.edges.filter(
      ({ from, to }) => !(['load-generator', 'frontend'].includes(from) && to === 'postgresql'),
    );
    assert.deepEqual(missingInMap({ ...map, edges: traced }), []);
    // The catalog asks Redis only in an outage; whoever else has it always does.
    const [kept, lost] = ['product-catalog', 'cart'].map((name) =>
      map.edges.filter(({ from, to }) => !(from === name && to === 'redis')),
    );
    assert.deepEqual(missingInMap({ ...map, edges: kept }), []);
    assert.deepEqual(missingInMap({ ...map, edges: lost }), ['cart → redis']);
    assert.equal(missingInMap(null).length, 14);
  });

  it('names a silent service once, without its edges, and an edge nobody used', () => {
    const silent = {
      ...map,
      nodes: map.nodes.map((node) => (node.name === 'shipping' ? { ...node, active: false } : node)),
      edges: map.edges.filter(({ to }) => to !== 'shipping'),
    };
    assert.deepEqual(missingInMap(silent), ['shipping']);
    const unused = {
      ...map,
      edges: map.edges.map((edge) =>
        edge.to === 'payment' ? { ...edge, traffic: { demo: { calls: 0 } } } : edge,
      ),
    };
    assert.deepEqual(missingInMap(unused), ['frontend → payment']);
  });
});

describe('baseline', () => {
  const green = {
    seconds: 120,
    requests: 200,
    errors: 0,
    targetRpm: 100,
    journeyP95Ms: 40,
    catalogP95Ms: 8,
  };

  it('is in bounds: 2 % errors, p95, and the rate that was configured', () => {
    assert.equal(judgeBaseline(green).state, 'ok');
    assert.match(
      judgeBaseline(green).figures,
      /0 of 200 journeys failed in 120\.0 s \(0\.0%, 100 a minute\)/,
    );
    assert.equal(judgeBaseline({ ...green, errors: 4 }).state, 'ok');
    assert.equal(judgeBaseline({ ...green, errors: 5 }).state, 'failed');
    assert.equal(judgeBaseline({ ...green, journeyP95Ms: 501 }).state, 'failed');
    assert.equal(judgeBaseline({ ...green, catalogP95Ms: 121 }).state, 'failed');
    assert.match(judgeBaseline({ ...green, requests: 100 }).figures, /200 journeys were to come/);
  });

  it('of few journeys may lose one, and must have any', () => {
    const quick = {
      ...green,
      seconds: 15,
      requests: 6,
      targetRpm: 25,
      journeyP95Ms: null,
      catalogP95Ms: null,
    };
    assert.equal(judgeBaseline({ ...quick, errors: 1 }).state, 'ok');
    assert.equal(judgeBaseline({ ...quick, errors: 2 }).state, 'failed');
    assert.match(judgeBaseline({ ...quick, requests: 0 }).figures, /no journey ended/);
    assert.match(judgeBaseline({ ...quick, requests: -40 }).figures, /restarted/);
  });
});

describe('what the vendor answers', () => {
  it('is named, with what to do', () => {
    for (const [message, status] of [
      ['traces: HTTP 401', 401],
      ['error exporting items, request to https://x/v1/traces responded with HTTP Status Code 429', 429],
      ['rpc error: code = Unauthenticated desc = bad key', 401],
      ['Permanent error: rpc error: code = PermissionDenied desc = ', 403],
      ['rpc error: code = ResourceExhausted desc = quota', 429],
      ['rpc error: code = Unavailable desc = name resolver error', null],
      ['traces: connect ECONNREFUSED 127.0.0.1:9', null],
    ] as const) {
      assert.equal(statusIn(message), status, message);
    }
    assert.match(refusedBy('the vendor', 'traces: HTTP 403', false).figures, /answers 403 Forbidden/);
    assert.match(refusedBy('the vendor', 'traces: HTTP 429', false).remedy ?? '', /quota/);
    assert.match(
      refusedBy('the vendor', 'traces: ECONNREFUSED', false).figures,
      /does not answer: traces: ECONN/,
    );
    assert.notEqual(meaningOf(401, false).remedy, meaningOf(403, false).remedy);
  });

  it("is counted by the collector's own metrics, of either naming", () => {
    const exporters = collectorExporters(
      [
        '# HELP otelcol_exporter_sent_spans_total Number of spans successfully sent',
        'otelcol_exporter_sent_spans_total{exporter="otlp/coralogix",otel_scope_name="x"} 120',
        'otelcol_exporter_sent_spans{exporter="otlphttp/console"} 240',
        'otelcol_exporter_send_failed_spans_total{exporter="otlp/coralogix"} 7',
        'otelcol_exporter_queue_size{data_type="traces",exporter="otlp/coralogix"} 3',
        'otelcol_exporter_queue_size{data_type="logs",exporter="otlp/coralogix"} 2',
        'otelcol_exporter_sent_log_records{exporter="otlp/coralogix"} 9',
        'otelcol_process_uptime{service_name="x"} 12.5',
      ].join('\n'),
    );
    assert.deepEqual(exporters.get('otlp/coralogix'), { sent: 120, failed: 7, queued: 5 });
    assert.deepEqual([...exporters.keys()].filter(isVendor), ['otlp/coralogix']);
    assert.deepEqual(vendorTrouble(undefined, exporters.get('otlp/coralogix')), {
      sent: 120,
      failed: 7,
      queued: 5,
    });
  });

  it('is explained by the newest error in its log', () => {
    const log = [
      '2026-11-21T16:00:00Z info internal/retry_sender.go:133 Exporting failed. Will retry the request after interval. {"otelcol.component.id": "otlphttp/vendor", "error": "old"}',
      '2026-11-21T16:00:01Z error internal/queue_sender.go:49 Exporting failed. Dropping data. {"otelcol.component.id": "otlphttp/vendor", "error": "not retryable error: Permanent error: rpc error: code = Unauthenticated desc = error exporting items, request to http://10.0.0.1:4318/v1/traces responded with HTTP Status Code 401", "dropped_items": 12}',
      '2026-11-21T16:00:02Z error Exporting failed. {"otelcol.component.id": "otlphttp/console", "error": "another"}',
    ].join('\n');
    assert.equal(statusIn(latestExportError(log, 'otlphttp/vendor') ?? ''), 401);
    assert.equal(latestExportError(log, 'otlp/none'), null);
  });
});
