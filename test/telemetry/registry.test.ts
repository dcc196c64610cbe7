import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import ts from 'typescript';
import { DOUBLES } from '../../services/lib/telemetry/export/doubles';
import { readConvention, readShopRegistry } from '../../telemetry/registry';
import { repositoryDir } from '../harness';
import { emittedBy, withService } from './emitted';
import { findingsOf } from './judge';
import type { EmittedLog, EmittedMetric, EmittedSpan, KeyValue, Sending } from './sink';
import { checkRegistry, weaver } from './weaver';

const shop = readShopRegistry();
const convention = readConvention();
const groups = [...shop.groups.values()];

/** What could be a name of ours in code: of a namespace of ours, or of one of OpenTelemetry's that we write ourselves. */
const NAMESPACES = new RegExp(
  `^(${[...new Set([...shop.attributes.keys()].map((key) => key.split('.')[0]))].join('|')})\\.[a-z_.]+$`,
);
/** Keys of stack config, written in the same way. */
const SETTINGS: ReadonlySet<string> = new Set(['traffic.scale']);
/** Calls whose first argument is the name of an attribute or a metric. */
const NAMING =
  /^(setAttribute|create(Counter|Histogram|Gauge|UpDownCounter|Observable(Counter|Gauge|UpDownCounter)))$/;

/** Looks at all code of the services but pages, the console (it sends logs alone) and tests. */
function walkServices(look: (node: ts.Node, file: string) => void): void {
  const files = globSync('services/**/*.ts', { cwd: repositoryDir }).filter(
    (file) => !/\.test\.ts$|\.d\.ts$|\/(public|generated)\/|^services\/console\//.test(file),
  );
  for (const file of files) {
    const text = readFileSync(path.join(repositoryDir, file), 'utf8');
    const visit = (node: ts.Node): void => {
      look(node, file);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  }
}

/** Names that the code writes, each with a file: keys of objects, and first arguments of naming calls. */
function namesInCode(): Map<string, string> {
  const names = new Map<string, string>();
  walkServices((node, file) => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name)) names.set(node.name.text, file);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [first] = node.arguments;
      if (NAMING.test(node.expression.name.text) && first && ts.isStringLiteral(first))
        names.set(first.text, file);
    }
  });
  return names;
}

/** Values of `event` in what is logged. */
function eventsInCode(): Set<string> {
  const events = new Set<string>();
  walkServices((node) => {
    if (!ts.isPropertyAssignment(node) || !ts.isIdentifier(node.name) || node.name.text !== 'event') return;
    if (ts.isStringLiteral(node.initializer)) events.add(node.initializer.text);
  });
  return events;
}

const key = (name: string, value: KeyValue['value']): KeyValue => ({ key: name, value });
const COHORT = [key('traffic.type', { stringValue: 'demo' }), key('demo.run_id', { stringValue: 'normal' })];

/** A whole and right sending of one span, one metric and one log record, to be spoilt. */
function rightSending() {
  const span: EmittedSpan = {
    traceId: 't',
    spanId: 's',
    name: 'place order',
    kind: 'SPAN_KIND_INTERNAL',
    startTimeUnixNano: '0',
    endTimeUnixNano: '1',
    attributes: [...COHORT],
  };
  const metric: EmittedMetric = {
    name: 'shop.checkout.lost_revenue',
    unit: '{USD}',
    description: 'Value',
    sum: {
      isMonotonic: true,
      dataPoints: [
        {
          timeUnixNano: '0',
          attributes: [
            key('traffic.type', { stringValue: 'demo' }),
            key('checkout.failure_reason', { stringValue: 'x' }),
          ],
        },
      ],
    },
  };
  const log: EmittedLog = {
    eventName: 'demo_stopped',
    severityText: 'info',
    severityNumber: 'SEVERITY_NUMBER_INFO',
    body: {},
    attributes: [
      ...COHORT,
      ...['event', 'event.name', 'demo.mode'].map((name) => key(name, { stringValue: 'demo_stopped' })),
    ],
  };
  const resource = {
    attributes: [...(shop.groups.get('entity.shop.service')?.uses ?? [])]
      .filter(([, { level }]) => level === 'required')
      .map(([name]) =>
        key(name, {
          stringValue:
            name === 'telemetry.sdk.language'
              ? 'nodejs'
              : name === 'telemetry.sdk.name'
                ? 'opentelemetry'
                : 'x',
        }),
      ),
  };
  const scope = { name: 'ecommerce-demo', version: '1' };
  const sending: Sending = {
    spans: [{ record: span, scope, resource }],
    metrics: [{ record: metric, scope, resource }],
    logs: [{ record: log, scope, resource }],
  };
  return { span, metric, log, resource, scope, sending };
}

const FAULTS: readonly [string, (sent: ReturnType<typeof rightSending>) => void, RegExp][] = [
  [
    'an unknown attribute',
    ({ span }) => span.attributes.push(key('shop.new', { stringValue: '' })),
    /shop\.new is not in the registry/,
  ],
  [
    'one of another span',
    ({ span }) => span.attributes.push(key('order.items', { intValue: '1' })),
    /order\.items is not among its/,
  ],
  [
    'another type',
    ({ log }) => log.attributes.push(key('demo.minute', { stringValue: '3' })),
    /demo\.minute is stringValue, not int/,
  ],
  ['a missing attribute', ({ span }) => span.attributes.shift(), /traffic\.type is required and missing/],
  [
    'a value outside',
    ({ span }) => (span.attributes[0] = key('traffic.type', { stringValue: 'test' })),
    /traffic\.type is test, which is none/,
  ],
  [
    'an error of no known type',
    ({ span }) => span.attributes.push(key('error.type', { stringValue: '23' })),
    /error\.type is 23, which is none/,
  ],
  [
    'an error without its type',
    ({ span }) => (span.status = { code: 'STATUS_CODE_ERROR' }),
    /failed without error\.type/,
  ],
  ['another kind', ({ span }) => (span.kind = 'SPAN_KIND_CLIENT'), /is SPAN_KIND_CLIENT/],
  [
    'an unknown span',
    ({ span }) => (span.name = 'order 17'),
    /span order 17 of ecommerce-demo is not in the registry/,
  ],
  ['another unit', ({ metric }) => (metric.unit = 'USD'), /has the unit USD/],
  [
    'another instrument',
    ({ metric }) => Object.assign(metric.sum ?? {}, { isMonotonic: false }),
    /is a updowncounter/,
  ],
  ['no description', ({ metric }) => (metric.description = ''), /has no description/],
  [
    'an unknown metric',
    ({ metric }) => (metric.name = 'shop.new'),
    /metric shop\.new is not in the registry/,
  ],
  ['an unknown event', ({ log }) => (log.eventName = 'new'), /event new is not in the registry/],
  ['another severity', ({ log }) => (log.severityText = 'error'), /demo_stopped is at error/],
  [
    'a scope without version',
    ({ scope }) => delete (scope as { version?: string }).version,
    /has no version/,
  ],
  [
    'a resource of nobody',
    ({ resource }) => resource.attributes.shift(),
    /resource: service\.name is required and missing/,
  ],
  ['the same twice', ({ span }) => span.attributes.push(...COHORT), /traffic\.type is there twice/],
];

describe('the registry', () => {
  it('uses every attribute that it defines', () => {
    const used = new Set(groups.flatMap(({ defines, uses }) => (defines.length > 0 ? [] : [...uses.keys()])));
    assert.deepEqual(
      [...shop.attributes.keys()].filter((name) => !used.has(name)),
      [],
    );
  });

  it('has the names that the code writes, all of them and no other', () => {
    const written = namesInCode();
    const known = new Set([
      ...shop.attributes.keys(),
      ...convention.attributes.keys(),
      ...groups.flatMap(({ metric_name }) => metric_name ?? []),
    ]);
    const unknown = [...written].filter(
      ([name]) => NAMESPACES.test(name) && !known.has(name) && !SETTINGS.has(name),
    );
    assert.deepEqual(unknown, []);
    // The vendor's are composed by the catalog; `event` is a plain key; what baggage carries is copied by its keys.
    const elsewhere = /^(cx\.|event$|demo\.(phase|minute|run_id)$|traffic\.type$)/;
    const unwritten = [...shop.attributes.keys()].filter(
      (name) => !written.has(name) && !elsewhere.test(name),
    );
    assert.deepEqual(unwritten, []);
  });

  it('has the events that the code logs, all of them and no other', () => {
    const registered = groups.flatMap(({ type, name, emitted }) =>
      type === 'event' && emitted.severity !== undefined ? (name ?? []) : [],
    );
    assert.deepEqual(eventsInCode(), new Set(registered));
  });

  it('agrees with the code on which values may have a fraction', () => {
    const doubles = [...shop.attributes.values()].filter(({ type }) => type === 'double').map(({ id }) => id);
    assert.deepEqual(new Set(doubles), DOUBLES);
  });

  it("builds on names that OpenTelemetry's own package has", () => {
    const names = new Set<unknown>(Object.values({ ...stable, ...incubating }));
    // Of generations before the package's, sent beside today's on request.
    const older = /^(net\.peer\.|db\.(sql\.table|name|operation|statement|system)$)/;
    const missing = [...convention.attributes.keys()].filter((name) => !names.has(name) && !older.test(name));
    assert.deepEqual(missing, []);
    for (const { metric_name } of convention.groups.values())
      if (metric_name !== undefined) assert.ok(names.has(metric_name), metric_name);
  });

  it("passes weaver's check", { skip: weaver() === null ? 'no weaver on PATH' : false }, checkRegistry);
});

describe('what is sent', () => {
  it('is right when it is as the registry says', () => {
    assert.deepEqual(findingsOf(rightSending().sending, shop, convention), []);
  });

  for (const [what, spoil, finding] of FAULTS) {
    it(`is found to have ${what}`, () => {
      const sent = rightSending();
      spoil(sent);
      const found = findingsOf(sent.sending, shop, convention);
      assert.match(found.join('\n'), finding);
    });
  }

  it('of requests, calls and stores that fail in every way is as the registry says', async () => {
    const sent = await emittedBy(
      withService(
        `router.get('/cart/:id', (request, response) => {
           if (request.params.id === 'slow') return;
           if (request.params.id === 'away') throw new HttpError(503, 'redis-unavailable', 'away');
           if (request.params.id === 'broken') throw new Error('broken');
           response.json({});
         });
         const { callService } = lib('http-client');
         router.get('/products', async (request, response) => {
           const path = '/cart/' + request.query.id;
           await callService(request.query.of ?? 'cart', { path, template: '/cart/{id}', timeoutMs: request.query.id === 'slow' ? 100 : 20_000, query: { a: '1' } });
           response.json({});
         });
         router.get('/ads', async (_request, response) => {
           await lib('database').createPool({ name: 'orders' }).query('select 1');
           response.json({});
         });
         const redis = lib('redis').createRedis('redis://127.0.0.1:1');
         router.get('/convert', async (_request, response) => {
           await redis.get('x').finally(() => redis.disconnect());
           response.json({});
         });`,
        `process.env.CART_URL = url;
         process.env.PAYMENT_URL = 'http://127.0.0.1:1';
         process.env.DATABASE_URL = 'postgresql://127.0.0.1:1/shop';
         for (const path of ['/products?id=1', '/products?id=slow', '/products?id=away', '/products?id=broken',
           '/products?id=1&of=payment', '/ads', '/convert', '/nowhere', '/cart/%'])
           await fetch(url + path);
         await fetch(url + '/cart/1', { method: 'PROPFIND' });
         const impatient = new AbortController();
         setTimeout(() => impatient.abort(), 100);
         await fetch(url + '/cart/slow', { signal: impatient.signal }).catch(() => undefined);
         await new Promise((resolve) => setTimeout(resolve, 100));`,
      ),
      { LOG_LEVEL: 'info' },
    );
    const errors = sent.spans.map(({ record }) => [
      record.name,
      record.attributes.find(({ key: name }) => name === 'error.type')?.value.stringValue,
    ]);
    assert.deepEqual(
      new Set(errors.filter(([name]) => name === 'GET /cart/{id}').map(([, type]) => type)),
      new Set([undefined, 'timeout', '503', '500', 'ECONNREFUSED']),
    );
    assert.deepEqual(findingsOf(sent, shop, convention), []);
  });
});
