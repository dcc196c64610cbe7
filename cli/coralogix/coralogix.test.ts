import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { presetOf } from '../../scenario/presets/all';
import { flowConditions, FLOW_ROUTE, SEED_FLOW_ALERT } from '../../scenario/flow-alert';
import { CORALOGIX_APPLICATION } from '../../services/catalog';
import { OUTAGES } from '../../scenario/types';
import { checkDefinitions } from './compare';
import { alertDefinitions, coralogixPages } from './definitions';
import { importDefinitions } from './import';
import { managementUrl } from './management-api';
import { Refusal } from '../../machine/errors';
import { at, listAt, numberAt, textAt } from '../../machine/json';

const REPOSITORY = path.join(__dirname, '..', '..', '..');
const page = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(REPOSITORY, 'docs', 'coralogix', name), 'utf8'));
const first = (value: unknown, ...keys: string[]): unknown => listAt(value, ...keys)[0];

describe('docs/coralogix', () => {
  const alerts = page('alerts.json') as { condition: string; request: unknown }[];
  const properties = (condition: string): unknown =>
    at(alerts.find((alert) => alert.condition === condition)?.request, 'alertDefProperties');

  it('is what the code makes (npm run docs)', () => {
    for (const [name, text] of Object.entries(coralogixPages())) {
      assert.equal(readFileSync(path.join(REPOSITORY, name), 'utf8'), text, name);
    }
  });

  it('has an alert for each of the flow alert’s conditions, with its threshold', () => {
    const conditions = flowConditions(null, presetOf('blackfriday').flowAlert);
    assert.deepEqual(
      alerts.map(({ condition }) => condition),
      conditions.map(({ name }) => name),
    );
    for (const { name, threshold } of conditions) {
      const type = (SEED_FLOW_ALERT.attributes as readonly string[]).includes(name)
        ? 'tracingThreshold'
        : 'metricThreshold';
      const condition = at(first(properties(name), type, 'rules'), 'condition');
      const found = numberAt(condition, type === 'tracingThreshold' ? 'spanAmount' : 'threshold');
      assert.equal(found, threshold, name);
      assert.match(textAt(condition, 'conditionType') ?? '', /MORE_THAN_OR_UNSPECIFIED$/, name);
    }
  });

  it('holds each mode’s rule for its minutes, in a window that Coralogix has', () => {
    const windows = {
      blackfriday: ['MINUTES_15', 100],
      'blackfriday-v3': ['MINUTES_1_OR_UNSPECIFIED', 0],
      'bad-release': ['MINUTES_10', 100],
      'flash-sale': ['MINUTES_15', 100],
      'cache-stampede': ['MINUTES_15', 100],
    };
    for (const mode of OUTAGES) {
      const made = alertDefinitions(presetOf(mode).flowAlert).find(
        ({ condition }) => condition === 'error_rate',
      );
      const condition = at(first(made?.request.alertDefProperties, 'metricThreshold', 'rules'), 'condition');
      const window = textAt(condition, 'ofTheLast', 'metricTimeWindowSpecificValue');
      assert.deepEqual(
        [window?.replace('METRIC_TIME_WINDOW_VALUE_', ''), numberAt(condition, 'forOverPct')],
        windows[mode],
      );
      assert.equal(numberAt(condition, 'threshold'), presetOf(mode).flowAlert.errorRate);
    }
  });

  it('looks at the demo cohort of this application alone', () => {
    for (const attribute of SEED_FLOW_ALERT.attributes) {
      const filters = at(
        properties(attribute),
        'tracingThreshold',
        'tracingFilter',
        'simpleFilter',
        'tracingLabelFilters',
      );
      assert.deepEqual(listAt(first(filters, 'applicationName'), 'values'), [CORALOGIX_APPLICATION]);
      assert.deepEqual(
        listAt(filters, 'spanFields').map((field) => [
          textAt(field, 'key'),
          first(field, 'filterType', 'values'),
        ]),
        [
          ['tags.traffic.type', 'demo'],
          [`tags.${attribute}`, 'true'],
        ],
      );
    }
    for (const name of ['error_rate', 'duration_p95']) {
      const query = textAt(properties(name), 'metricThreshold', 'metricFilter', 'promql') ?? '';
      assert.ok(query.includes('traffic_type="demo"'), query);
      assert.ok(query.includes('cx_application_name="ecommerce-platform"'), query);
      assert.ok(query.includes(`http_route="${FLOW_ROUTE.replace('POST ', '')}"`), query);
    }
  });

  it('has one flow alert over all six, together', () => {
    const groups = at(
      first(page('flow-alert.json'), 'alertDefProperties', 'flow', 'stages'),
      'flowStagesGroups',
    );
    const group = first(groups, 'groups');
    assert.equal(textAt(group, 'alertsOp'), 'ALERTS_OP_AND_OR_UNSPECIFIED');
    assert.deepEqual(
      listAt(group, 'alertDefs').map((alert) => textAt(alert, 'id')),
      flowConditions(null, presetOf('blackfriday').flowAlert).map(({ name }) => `{{${name}}}`),
    );
  });
});

/** An account that keeps what it is sent, and pages its alerts. */
class FakeAccount {
  readonly requests: { method: string; url: string; body: unknown; authorization: string }[] = [];
  alerts: { id: string; alertDefProperties: unknown }[] = [];
  views: Record<string, unknown>[] = [];
  dashboards: Record<string, unknown>[] = [];
  status = 200;
  pageSize = 3;
  /** How a page's token has to be spelled; null: none is understood, the first page comes again. */
  spelling: string | null = 'pagination.pageToken';
  private server: Server | null = null;
  private made = 0;

  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      request.on('end', () => {
        const body: unknown = text === '' ? null : JSON.parse(text);
        const { method = '', url = '' } = request;
        this.requests.push({ method, url, body, authorization: request.headers.authorization ?? '' });
        response.writeHead(this.status, { 'content-type': 'application/json' });
        response.end(
          this.status === 200 ? JSON.stringify(this.answer(method, url, body)) : '{"message":"no"}',
        );
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  }

  close(): void {
    this.server?.close();
  }

  private answer(method: string, url: string, body: unknown): unknown {
    const { pathname, searchParams } = new URL(url, 'http://account');
    const id = `id-${this.made}`;
    if (method === 'POST') this.made += 1;
    switch (`${method} ${pathname}`) {
      case 'GET /alerts/alerts/v3': {
        const begin = Number((this.spelling === null ? null : searchParams.get(this.spelling)) ?? 0);
        const end = begin + this.pageSize;
        const nextPageToken = end < this.alerts.length ? String(end) : '';
        return { alertDefs: this.alerts.slice(begin, end), pagination: { nextPageToken } };
      }
      case 'POST /alerts/alerts/v3': {
        const alert = { id, alertDefProperties: at(body, 'alertDefProperties') };
        this.alerts.push(alert);
        return { alertDef: alert };
      }
      case 'PUT /alerts/alerts/v3': {
        const alert = this.alerts.find((known) => known.id === textAt(body, 'id'));
        if (alert) alert.alertDefProperties = at(body, 'alertDefProperties');
        return { alertDef: alert };
      }
      case 'GET /dashboards/dashboards/v1/catalog/list':
        return { items: this.dashboards.map((board) => ({ id: board.id, name: board.name })) };
      case 'POST /dashboards/dashboards/v1':
        this.dashboards.push({ ...(at(body, 'dashboard') as object), id });
        return {};
      case 'GET /data-exploration/views/v1/views':
        return { views: this.views };
      case 'POST /data-exploration/views/v1/views':
        this.views.push({ ...(body as object), id: this.made, isCompactMode: false });
        return {};
      default: {
        const known = pathname.split('/').at(-1) ?? '';
        if (method === 'GET') return { dashboard: this.dashboards.find((board) => board.id === known) };
        if (pathname.startsWith('/data-exploration/'))
          this.views = this.views.map((view) =>
            String(view.id) === known ? { ...(body as object), id: view.id } : view,
          );
        return {};
      }
    }
  }
}

describe('the import', () => {
  let account: FakeAccount;
  let baseUrl = '';
  const rule = presetOf('blackfriday').flowAlert;

  beforeEach(async () => {
    account = new FakeAccount();
    baseUrl = await account.listen();
  });
  afterEach(() => {
    account.close();
  });
  const run = async (): Promise<string[]> => {
    const lines: string[] = [];
    account.requests.length = 0;
    await importDefinitions({ baseUrl, apiKey: 'key' }, rule, { line: (text) => lines.push(text) });
    return lines;
  };
  const check = async (): Promise<{ same: boolean; lines: string[] }> => {
    const lines: string[] = [];
    account.requests.length = 0;
    const same = await checkDefinitions({ baseUrl, apiKey: 'key' }, rule, {
      line: (text) => lines.push(text),
    });
    assert.ok(
      account.requests.every(({ method }) => method === 'GET'),
      'a check changes nothing',
    );
    return { same, lines };
  };
  const flowIds = (): (string | null)[] => {
    const groups = at(first(account.alerts[6]?.alertDefProperties, 'flow', 'stages'), 'flowStagesGroups');
    return listAt(first(groups, 'groups'), 'alertDefs').map((alert) => textAt(alert, 'id'));
  };

  it('creates the six, then the flow alert with their ids; a second time replaces them on whatever page they are', async () => {
    const lines = await run();
    assert.equal(account.alerts.length, 7);
    assert.deepEqual(flowIds(), ['id-0', 'id-1', 'id-2', 'id-3', 'id-4', 'id-5']);
    assert.ok(account.requests.every(({ authorization }) => authorization === 'Bearer key'));
    assert.equal(account.dashboards.length, 1);
    assert.equal(lines.length, 7 + 1 + 3);
    // As in an account of many others', theirs are on the last pages.
    account.alerts.unshift(
      ...Array.from({ length: 8 }, (_, n) => ({
        id: `other-${n}`,
        alertDefProperties: { name: `other ${n}` },
      })),
    );
    for (const spelling of ['pagination.pageToken', 'pagination[pageToken]', 'pageToken']) {
      account.spelling = spelling;
      const again = await run();
      assert.equal(account.alerts.length, 15, spelling);
      const puts = account.requests.filter(
        ({ method, url }) => method === 'PUT' && url === '/alerts/alerts/v3',
      );
      assert.equal(puts.length, 7, spelling);
      assert.match(again[0] ?? '', /replaced \(id-0\)/);
    }
  });

  it('makes nothing a second time where a next page is not to be had', async () => {
    await run();
    account.spelling = null;
    await assert.rejects(run(), /more alerts than the 3 of its list's first pages.*nothing was changed/);
    assert.ok(account.requests.every(({ method }) => method === 'GET'));
  });

  it('replaces views, and names what is there more than once', async () => {
    await run();
    const [view] = account.views;
    if (view) view.searchQuery = { query: 'by hand' };
    account.alerts.push({
      ...structuredClone(account.alerts[0] ?? { id: '', alertDefProperties: {} }),
      id: 'second',
    });
    const lines = await run();
    assert.equal(account.views.length, 3);
    assert.match(
      textAt(account.views[0], 'searchQuery', 'query') ?? '',
      /demo_checkout_failed.*traffic\.type/,
    );
    assert.ok(lines.some((line) => /view ".*failed checkouts" replaced/.test(line)));
    assert.ok(lines.some((line) => line.includes('more of that name: delete second')));
  });

  it('compares: the same after an import, then each difference with its path, and what is missing or there twice', async () => {
    assert.equal((await check()).same, false);
    await run();
    const { same, lines } = await check();
    assert.equal(same, true, lines.join('\n'));
    assert.equal(lines.length, 11);
    const condition = at(
      first(at(account.alerts[4], 'alertDefProperties'), 'metricThreshold', 'rules'),
      'condition',
    ) as { threshold: number };
    condition.threshold = 0.9;
    account.views.pop();
    account.dashboards.push({ ...account.dashboards[0], id: 'copy' });
    const found = await check();
    assert.equal(found.same, false);
    const text = found.lines.join('\n');
    assert.match(
      text,
      /✗ alert "ecommerce-demo: error_rate"\n +metricThreshold\.rules\[0\]\.condition\.threshold: 0\.9 → 0\.3/,
    );
    assert.match(text, /✗ view ".*slow queries"\n +is not there/);
    assert.match(text, /✗ dashboard .*\n +is there 2 times/);
    assert.equal(found.lines.filter((line) => line.includes('✓')).length, 8);
  });

  it('says what was refused and what to do', async () => {
    for (const [answer, pattern] of [
      [401, /answers 401 to GET \/dashboards.*: \{"message":"no"\}\. CORALOGIX_API_KEY/],
      [403, /presets Alerts, Dashboards/],
    ] as const) {
      account.status = answer;
      await assert.rejects(
        run(),
        (error: unknown) => error instanceof Refusal && pattern.test(error.message),
      );
    }
    await assert.rejects(
      importDefinitions({ baseUrl: 'http://127.0.0.1:9', apiKey: 'k' }, rule, { line: () => undefined }),
      /does not answer .*--domain/,
    );
    assert.equal(managementUrl('eu2.coralogix.com'), 'https://api.eu2.coralogix.com/mgmt/openapi/5');
  });
});

describe('every definition', () => {
  it('is of this application, and what counts requests of the demo cohort', () => {
    const dashboard = JSON.stringify(page('dashboard.json'));
    const queries = [
      ...dashboard.matchAll(
        /"(?:value|text)":"((?:[^"\\]|\\.)*\{[^"\\]*(?:[^"\\]|\\.)*|source spans(?:[^"\\]|\\.)*)"/g,
      ),
    ].map(([, query = '']) => query);
    assert.ok(queries.length >= 7, String(queries.length));
    for (const query of queries) {
      assert.match(
        query,
        /cx_application_name=\\"ecommerce-platform\\"|applicationName == 'ecommerce-platform'/,
      );
      // The pool has no cohort.
      if (!query.includes('connection_pool')) assert.match(query, /traffic_type|traffic\.type/);
    }
    for (const view of listAt({ views: page('views.json') }, 'views')) {
      assert.match(textAt(view, 'searchQuery', 'query') ?? '', /traffic\.type:"demo"/);
      assert.ok(JSON.stringify(view).includes(CORALOGIX_APPLICATION));
    }
    assert.doesNotMatch(dashboard, /== 'true'|=~\\"5/);
    assert.match(dashboard, /== true/);
    assert.match(dashboard, /error_type!=\\"\\"/);
  });
});
