import { createHash } from 'node:crypto';
import { FLOW_ROUTE, flowAlertRuleText, type FlowCondition } from '../../scenario/flow-alert';
import { presetOf } from '../../scenario/presets/all';
import { DEFAULT_OUTAGE, OUTAGES, type FlowAlertRule, type OutageMode } from '../../scenario/types';
import { CORALOGIX_APPLICATION } from '../../services/catalog';

/**
 * The flow alert, a dashboard and log views as Coralogix takes them (OpenAPI 5 of its management API), made from
 * scenario/flow-alert.ts. `npm run docs` writes them to docs/coralogix, `npm run coralogix` sends them.
 */

const PREFIX = 'ecommerce-demo';
const LABELS = { project: PREFIX };
/** Coralogix's shortest window for tracing alerts (min); its metric alerts look at one minute. */
const TRACING_WINDOW = 'TRACING_TIME_WINDOW_VALUE_MINUTES_5_OR_UNSPECIFIED';
const TRACING_WINDOW_MINUTES = 5;
/** The windows of its metric alerts up to an hour (min), as the API names them. */
const METRIC_WINDOWS: Readonly<Record<number, string>> = {
  1: 'MINUTES_1_OR_UNSPECIFIED',
  5: 'MINUTES_5',
  10: 'MINUTES_10',
  15: 'MINUTES_15',
  20: 'MINUTES_20',
  30: 'MINUTES_30',
  60: 'HOUR_1',
};
function folderOf(mode: OutageMode): string {
  return mode === DEFAULT_OUTAGE ? 'docs/coralogix' : `docs/coralogix/${mode}`;
}

/** The shortest window of a metric alert that holds so many minutes. */
function metricWindow(minutes: number): { name: string; minutes: number } {
  const [found = 60] = Object.keys(METRIC_WINDOWS)
    .map(Number)
    .filter((window) => window >= minutes);
  return { name: `METRIC_TIME_WINDOW_VALUE_${METRIC_WINDOWS[found] ?? ''}`, minutes: found };
}
/** OTLP's http.server.request.duration (s) by the rules of OTLP to Prometheus. */
const DURATION_METRIC = 'http_server_request_duration_seconds';

/** A metric's series. Coralogix gives every one the application it came as. */
function series(metric: string, ...labels: string[]): string {
  return `${metric}{${[`cx_application_name="${CORALOGIX_APPLICATION}"`, ...labels].join(', ')}}`;
}

function byCohort(metric: string, ...labels: string[]): string {
  return `sum by (traffic_type) (rate(${series(metric, ...labels)}[1m]))`;
}

const DEMO = 'traffic_type="demo"';
const POOL = 'db_client_connection_pool_name="recommendation"';

type Json = Record<string, unknown>;

/** One building block of the flow alert, under the condition's name. */
export interface AlertDefinition {
  condition: FlowCondition['name'];
  request: { alertDefProperties: Json & { name: string } };
}

/** The six conditions, each an alert of its own: a flow alert is made of alerts. */
export function alertDefinitions(rule: FlowAlertRule): AlertDefinition[] {
  return [
    ...rule.attributes.map((attribute) => ({
      condition: attribute,
      request: {
        alertDefProperties: {
          ...common(`${PREFIX}: ${attribute}`, `${attribute} is true on a span of the demo cohort.`),
          type: 'ALERT_DEF_TYPE_TRACING_THRESHOLD',
          tracingThreshold: {
            tracingFilter: {
              simpleFilter: {
                tracingLabelFilters: {
                  applicationName: [is(CORALOGIX_APPLICATION)],
                  spanFields: [
                    { key: 'tags.traffic.type', filterType: is('demo') },
                    { key: `tags.${attribute}`, filterType: is('true') },
                  ],
                },
              },
            },
            rules: [
              {
                condition: {
                  conditionType: 'TRACING_THRESHOLD_CONDITION_TYPE_MORE_THAN_OR_UNSPECIFIED',
                  spanAmount: 0,
                  timeWindow: { tracingTimeWindowValue: TRACING_WINDOW },
                },
              },
            ],
          },
        },
      },
    })),
    metricAlert(
      'error_rate',
      `More than ${rule.errorRate * 100} % of the demo cohort's checkouts fail${held(rule)}.`,
      errorRateQuery(),
      rule.errorRate,
      rule,
    ),
    metricAlert(
      'duration_p95',
      `The 95th percentile of the demo cohort's checkouts is above ${rule.p95Ms} ms${held(rule)}.`,
      p95Query(),
      rule.p95Ms,
      rule,
    ),
  ];
}

function held({ forMinutes }: FlowAlertRule): string {
  return forMinutes === 1 ? '' : ` for ${forMinutes} minutes`;
}

/** Failed checkouts / checkouts (0…1), over a minute: abandoned ones too, which have no status. A declined card is none. */
export function errorRateQuery(): string {
  const counts = (...more: string[]): string => `sum(rate(${checkouts('count', 'demo', ...more)}[1m]))`;
  return `${counts('error_type!=""')} / ${counts()}`;
}

/** The 95th percentile of all checkouts (ms), over a minute. */
export function p95Query(traffic: 'demo' | 'baseline' = 'demo'): string {
  return `1000 * histogram_quantile(0.95, sum by (le) (rate(${checkouts('bucket', traffic)}[1m])))`;
}

function checkouts(part: string, traffic: 'demo' | 'baseline', ...more: string[]): string {
  const path = traffic === 'demo' ? (FLOW_ROUTE.split(' ')[1] ?? '') : '/api/browse';
  return series(`${DURATION_METRIC}_${part}`, `http_route="${path}"`, `traffic_type="${traffic}"`, ...more);
}

function metricAlert(
  condition: 'error_rate' | 'duration_p95',
  description: string,
  promql: string,
  threshold: number,
  { forMinutes }: FlowAlertRule,
): AlertDefinition {
  return {
    condition,
    request: {
      alertDefProperties: {
        ...common(`${PREFIX}: ${condition}`, description),
        type: 'ALERT_DEF_TYPE_METRIC_THRESHOLD',
        metricThreshold: {
          metricFilter: { promql },
          missingValues: { replaceWithZero: true },
          rules: [
            {
              condition: {
                conditionType: 'METRIC_THRESHOLD_CONDITION_TYPE_MORE_THAN_OR_UNSPECIFIED',
                threshold,
                // 0: at least once in the window, 100: all through it.
                forOverPct: forMinutes === 1 ? 0 : 100,
                ofTheLast: { metricTimeWindowSpecificValue: metricWindow(forMinutes).name },
              },
            },
          ],
        },
      },
    },
  };
}

/** The flow alert over the six. @param idOf the id Coralogix gave a condition's alert */
export function flowAlertDefinition(
  rule: FlowAlertRule,
  idOf: (condition: FlowCondition['name']) => string,
): { alertDefProperties: Json & { name: string } } {
  // All six must have fired within this time: the longest of their windows, and a minute between them.
  const minutes = Math.max(TRACING_WINDOW_MINUTES, metricWindow(rule.forMinutes).minutes) + 1;
  return {
    alertDefProperties: {
      ...common(
        `${PREFIX}: flow alert`,
        'Slow queries, full table scans, an exhausted pool and failed checkouts at once, ' +
          `${flowAlertRuleText(rule)}: a database that lost an index, under load.`,
      ),
      priority: 'ALERT_DEF_PRIORITY_P1',
      type: 'ALERT_DEF_TYPE_FLOW',
      flow: {
        enforceSuppression: false,
        stages: [
          {
            timeframeMs: String(minutes * 60_000),
            timeframeType: 'TIMEFRAME_TYPE_UP_TO',
            flowStagesGroups: {
              groups: [
                {
                  alertsOp: 'ALERTS_OP_AND_OR_UNSPECIFIED',
                  nextOp: 'NEXT_OP_AND_OR_UNSPECIFIED',
                  alertDefs: alertDefinitions(rule).map(({ condition }) => ({
                    id: idOf(condition),
                    not: false,
                  })),
                },
              ],
            },
          },
        ],
      },
    },
  };
}

function common(name: string, description: string): Json & { name: string } {
  return {
    name,
    description,
    enabled: true,
    priority: 'ALERT_DEF_PRIORITY_P4',
    entityLabels: LABELS,
    incidentsSettings: { minutes: 10, notifyOn: 'NOTIFY_ON_TRIGGERED_AND_RESOLVED' },
  };
}

const is = (value: string): Json => ({
  operation: 'TRACING_FILTER_OPERATION_TYPE_IS_OR_UNSPECIFIED',
  values: [value],
});

const SPANS = `source spans | filter $l.applicationName == '${CORALOGIX_APPLICATION}'`;
const DEMO_SPANS = `${SPANS} && $d.tags['traffic.type'] == 'demo'`;

/** Queries for Explore (spans) and dashboards, in DataPrime; the answer keys use the same. */
export const DATAPRIME = {
  failures: `${DEMO_SPANS} && $d.tags['checkout.failed'] == true | groupby $d.tags['checkout.failure_reason'] aggregate count() as failures | orderby failures desc`,
  scans: `${DEMO_SPANS} && $l.serviceName == 'product-catalog' && $d.tags['db.full_table_scan'] == true | groupby $d.tags['db.index_used'], $d.tags['db.missing_index'] aggregate count() as scans, percentile(0.95, $m.duration) as p95_us | orderby scans desc`,
  cohorts: `${SPANS} && $l.serviceName == 'frontend' && $d.tags['http.route'] != null | groupby $d.tags['traffic.type'] aggregate count() as requests, percentile(0.95, $m.duration) as p95_us`,
  lost: `${DEMO_SPANS} && $l.serviceName == 'frontend' && $d.tags['checkout.failed'] == true | aggregate sum($d.tags['order.total']:number) as lost_usd`,
} as const;

/** The request that makes the dashboard: both cohorts side by side, the cause below. */
export function dashboardDefinition(): Json {
  const rows = [
    row('cohorts', [
      lines('Checkouts (demo): share that fails', 'UNIT_PERCENT_ZERO_ONE', [['demo', errorRateQuery()]]),
      lines('p95 by cohort', 'UNIT_MILLISECONDS', [
        ['demo: checkout', p95Query('demo')],
        ['baseline: browse', p95Query('baseline')],
      ]),
    ]),
    row('pool', [
      lines('Recommendation pool: connections in use, requests waiting', 'UNIT_UNSPECIFIED', [
        ['in use', `sum(${series('db_client_connection_count', POOL, 'db_client_connection_state="used"')})`],
        ['waiting', `sum(${series('db_client_connection_pending_requests', POOL)})`],
      ]),
    ]),
    row('money', [
      lines('Revenue earned and lost (USD a minute)', 'UNIT_USD', [
        ['earned', `sum(increase(${series('shop_order_value_sum', DEMO)}[1m]))`],
        ['lost', `sum(increase(${series('shop_checkout_lost_revenue_total', DEMO)}[1m]))`],
      ]),
      lines('Checkouts by how they end (a minute)', 'UNIT_UNSPECIFIED', [
        [
          '{{checkout_outcome}}',
          `sum by (checkout_outcome) (increase(${series('shop_checkouts_total', DEMO)}[1m]))`,
        ],
      ]),
    ]),
    row('business', [
      lines('Conversion: share of the checkouts that become orders', 'UNIT_PERCENT_ZERO_ONE', [
        [
          '{{traffic_type}}',
          `${byCohort('shop_checkouts_total', 'checkout_outcome="placed"')} / ${byCohort('shop_checkouts_total', 'checkout_outcome!="repeated"')}`,
        ],
      ]),
      lines('Basket value: mean of the orders (USD)', 'UNIT_USD', [
        ['{{traffic_type}}', `${byCohort('shop_order_value_sum')} / ${byCohort('shop_order_value_count')}`],
      ]),
      lines('Carts abandoned (a minute)', 'UNIT_UNSPECIFIED', [
        ['{{traffic_type}}', `sum by (traffic_type) (increase(${series('shop_cart_abandoned_total')}[1m]))`],
      ]),
    ]),
    row('cause', [
      table('Why checkouts fail', DATAPRIME.failures),
      table('Which queries scan', DATAPRIME.scans),
    ]),
  ];
  return {
    requestId: uuid('request'),
    isLocked: false,
    dashboard: {
      name: `${PREFIX}: both cohorts, and the cause`,
      description: 'Baseline stays green while the demo cohort fails; the pool and the scans say why.',
      relativeTimeFrame: '2700s',
      off: {},
      filters: [],
      variables: [],
      annotations: [],
      layout: {
        sections: [
          {
            id: { value: uuid('section') },
            rows,
            options: { internal: {} },
          },
        ],
      },
    },
  };
}

function row(name: string, widgets: Json[]): Json {
  return { id: { value: uuid(`row ${name}`) }, appearance: { height: 19 }, widgets };
}

function lines(
  title: string,
  unit: string,
  queries: readonly (readonly [name: string, promql: string])[],
): Json {
  return {
    id: { value: uuid(title) },
    title,
    definition: {
      lineChart: {
        legend: { isVisible: true, columns: [], groupByQuery: true, placement: 'LEGEND_PLACEMENT_AUTO' },
        tooltip: { showLabels: false, type: 'TOOLTIP_TYPE_ALL' },
        queryDefinitions: queries.map(([name, promql]) => ({
          id: uuid(`${title} ${name}`),
          name,
          query: { metrics: { promqlQuery: { value: promql }, filters: [] } },
          seriesCountLimit: '10',
          unit,
          scaleType: 'SCALE_TYPE_LINEAR',
          isVisible: true,
          colorScheme: 'classic',
          resolution: { bucketsPresented: 96 },
          dataModeType: 'DATA_MODE_TYPE_HIGH_UNSPECIFIED',
        })),
      },
    },
  };
}

function table(title: string, dataprime: string): Json {
  return {
    id: { value: uuid(title) },
    title,
    definition: {
      dataTable: {
        query: { dataprime: { dataprimeQuery: { text: dataprime }, filters: [] } },
        resultsPerPage: 20,
        rowStyle: 'ROW_STYLE_ONE_LINE',
        columns: [],
        dataModeType: 'DATA_MODE_TYPE_HIGH_UNSPECIFIED',
      },
    },
  };
}

/** Saved views of Explore's logs, one for each kind of event the scenario logs. */
export function viewDefinitions(): (Json & { name: string })[] {
  // Records that come by OTLP have their attributes under `logRecord`.
  const view = (title: string, event: string): Json & { name: string } => ({
    name: `${PREFIX}: ${title}`,
    viewType: 'VIEW_TYPE_LOGS',
    searchQuery: {
      query: `logRecord.attributes.event:"${event}" AND logRecord.attributes.traffic.type:"demo"`,
      syntaxType: 'SYNTAX_TYPE_LUCENE',
    },
    filters: { filters: [{ name: 'applicationName', selectedValues: { [CORALOGIX_APPLICATION]: true } }] },
    timeSelection: { quickSelection: { caption: 'Last hour', seconds: 3600 } },
  });
  return [
    view('failed checkouts', 'demo_checkout_failed'),
    view('exhausted pool', 'demo_pool_exhaustion'),
    view('slow queries', 'demo_slow_query_triggered'),
  ];
}

/** Span policies: the demo cohort is kept searchable, healthy baseline goes to the archive. Optional; they cost quota. */
export function policyDefinitions(): (Json & { name: string })[] {
  const policy = (title: string, tag: string, priority: string): Json & { name: string } => ({
    name: `${PREFIX}: ${title}`,
    description: 'Only of this application.',
    priority,
    disabled: false,
    applicationRule: { ruleTypeId: 'RULE_TYPE_ID_IS', name: CORALOGIX_APPLICATION },
    spanRules: {
      tagRules: [{ ruleTypeId: 'RULE_TYPE_ID_IS', tagName: 'tags.traffic.type', tagValue: tag }],
    },
  });
  return [
    policy('demo spans stay searchable', 'demo', 'PRIORITY_TYPE_HIGH'),
    policy('baseline spans are monitored', 'baseline', 'PRIORITY_TYPE_MEDIUM'),
  ];
}

/** An id that is the same in every build: a UUID (version 8) from the text. */
function uuid(text: string): string {
  const hex = createHash('sha256').update(`${PREFIX}/${text}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The files of docs/coralogix, by name. In the flow alert an id is `{{<condition>}}` until its alert is there. */
export function coralogixPages(): Record<string, string> {
  // As Prettier writes it: a list of one text on its line.
  const page = (value: unknown): string =>
    `${JSON.stringify(value, null, 2).replaceAll(/\[\n\s+("[^"\n]*")\n\s+\]/g, '[$1]')}\n`;
  return {
    ...Object.fromEntries(
      OUTAGES.flatMap((mode) => {
        const rule = presetOf(mode).flowAlert;
        return [
          [`${folderOf(mode)}/alerts.json`, page(alertDefinitions(rule))],
          [`${folderOf(mode)}/flow-alert.json`, page(flowAlertDefinition(rule, (name) => `{{${name}}}`))],
        ];
      }),
    ),
    'docs/coralogix/dashboard.json': page(dashboardDefinition()),
    'docs/coralogix/views.json': page(viewDefinitions()),
    'docs/coralogix/policies.json': page(policyDefinitions()),
  };
}
