import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { flowConditions, FLOW_ROUTE, SEED_FLOW_ALERT } from '../../scenario/flow-alert';
import { CORALOGIX_APPLICATION } from '../../services/catalog';
import { OUTAGES } from '../../scenario/types';
import { alertDefinitions, coralogixPages, flowAlertRuleOf } from './definitions';
import { importDefinitions, managementUrl } from './import';
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
    const conditions = flowConditions(null, flowAlertRuleOf('blackfriday'));
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
    const windows = { blackfriday: ['MINUTES_15', 100], 'blackfriday-v3': ['MINUTES_1_OR_UNSPECIFIED', 0] };
    for (const mode of OUTAGES) {
      const made = alertDefinitions(flowAlertRuleOf(mode)).find(
        ({ condition }) => condition === 'error_rate',
      );
      const condition = at(first(made?.request.alertDefProperties, 'metricThreshold', 'rules'), 'condition');
      const window = textAt(condition, 'ofTheLast', 'metricTimeWindowSpecificValue');
      assert.deepEqual(
        [window?.replace('METRIC_TIME_WINDOW_VALUE_', ''), numberAt(condition, 'forOverPct')],
        windows[mode],
      );
      assert.equal(numberAt(condition, 'threshold'), flowAlertRuleOf(mode).errorRate);
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
      flowConditions(null, flowAlertRuleOf('blackfriday')).map(({ name }) => `{{${name}}}`),
    );
  });
});

describe('the import', () => {
  const requests: { method: string; url: string; body: unknown; authorization: string }[] = [];
  let alerts: { id: string; alertDefProperties: unknown }[] = [];
  let status = 200;
  let server: Server;
  let baseUrl = '';

  before(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      request.on('end', () => {
        const body: unknown = text === '' ? null : JSON.parse(text);
        const { method = '', url = '' } = request;
        requests.push({ method, url, body, authorization: request.headers.authorization ?? '' });
        response.writeHead(status, { 'content-type': 'application/json' });
        if (status !== 200) {
          response.end('{"message":"no"}');
          return;
        }
        let answer: unknown = {};
        if (url === '/alerts/alerts/v3' && method === 'GET') answer = { alertDefs: alerts };
        if (url === '/alerts/alerts/v3' && method !== 'GET') {
          const alert = {
            id: textAt(body, 'id') ?? `id-${alerts.length}`,
            alertDefProperties: at(body, 'alertDefProperties'),
          };
          if (method === 'POST') alerts.push(alert);
          answer = { alertDef: alert };
        }
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    baseUrl = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  });
  after(() => {
    server.close();
  });
  const run = async (): Promise<string[]> => {
    const lines: string[] = [];
    requests.length = 0;
    await importDefinitions({ baseUrl, apiKey: 'key' }, flowAlertRuleOf('blackfriday'), {
      line: (text) => lines.push(text),
    });
    return lines;
  };

  it('creates the six, then the flow alert with their ids; a second time replaces them', async () => {
    const lines = await run();
    assert.equal(alerts.length, 7);
    const groups = at(first(alerts[6]?.alertDefProperties, 'flow', 'stages'), 'flowStagesGroups');
    assert.deepEqual(
      listAt(first(groups, 'groups'), 'alertDefs').map((alert) => textAt(alert, 'id')),
      ['id-0', 'id-1', 'id-2', 'id-3', 'id-4', 'id-5'],
    );
    assert.ok(requests.every(({ authorization }) => authorization === 'Bearer key'));
    assert.ok(requests.some(({ method, url }) => method === 'POST' && url === '/dashboards/dashboards/v1'));
    assert.equal(lines.length, 7 + 1 + 3);
    const again = await run();
    assert.equal(alerts.length, 7);
    assert.equal(
      requests.filter(({ method, url }) => method === 'PUT' && url === '/alerts/alerts/v3').length,
      7,
    );
    assert.match(again[0] ?? '', /replaced \(id-0\)/);
  });

  it('says what was refused and what to do', async () => {
    alerts = [];
    for (const [answer, pattern] of [
      [401, /answers 401 to GET \/alerts\/alerts\/v3: \{"message":"no"\}\. CORALOGIX_API_KEY/],
      [403, /presets Alerts, Dashboards/],
    ] as const) {
      status = answer;
      await assert.rejects(
        run(),
        (error: unknown) => error instanceof Refusal && pattern.test(error.message),
      );
    }
    await assert.rejects(
      importDefinitions({ baseUrl: 'http://127.0.0.1:9', apiKey: 'k' }, flowAlertRuleOf('blackfriday'), {
        line: () => undefined,
      }),
      /does not answer .*--domain/,
    );
    assert.equal(managementUrl('eu2.coralogix.com'), 'https://api.eu2.coralogix.com/mgmt/openapi/5');
  });
});
