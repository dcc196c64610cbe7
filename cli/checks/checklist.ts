import { percent } from '../../report/format';
import { BASELINE_ERROR_RATE, JOURNEY_P95_MS } from '../../report/limits';
import { positionAt, ratesAt } from '../../scenario/timeline';
import type { EffectiveScenario } from '../../scenario/types';
import { CATALOG, CORALOGIX_APPLICATION } from '../../services/catalog';
import { coralogixPage, coralogixTrace, type CoralogixAddress } from '../coralogix/links';
import { LEAST_DEPTH } from './telemetry';

/** One point of seed 003's checklist: what a presenter looks at in the vendor's screens before the talk. */
export interface ChecklistPoint {
  title: string;
  /** What is to be seen, one thing a line, by the scenario in force. */
  expected: string[];
  /** Where: the vendor's page, or the console's where telemetry goes to no vendor that is known. */
  link: string;
  /** What to filter by there. */
  filter: string;
}

export interface ChecklistSource {
  effective: EffectiveScenario;
  /** Unix seconds. */
  now: number;
  consoleUrl: string;
  /** The account; null: telemetry stays in the console, or goes to another vendor. */
  address: CoralogixAddress | null;
  /** A checkout that the console has just kept; null without one. */
  traceId: string | null;
}

const SERVICES = CATALOG.filter(({ shop }) => shop).map(({ name }) => name);
const STORES = ['postgresql', 'redis'];

/** The six points, in the seed's order. */
export function checklistOf(source: ChecklistSource): ChecklistPoint[] {
  const { effective, now, address, consoleUrl, traceId } = source;
  const page = (name: Parameters<typeof coralogixPage>[1]): string =>
    address === null ? consoleUrl : coralogixPage(address, name);
  const trace = address === null || traceId === null ? page('spans') : coralogixTrace(address, traceId);
  const application = `application = ${CORALOGIX_APPLICATION}`;
  const { runId, flowAlert } = effective.scenario;
  const { attributes } = flowAlert;
  return [
    {
      title: 'Service count',
      expected: [
        `${SERVICES.length} services: ${SERVICES.join(', ')}`,
        `and both stores: ${STORES.join(', ')}`,
      ],
      link: page('services'),
      filter: application,
    },
    {
      title: 'Baseline traffic',
      expected: [
        `error rate 0 to ${percent(BASELINE_ERROR_RATE)}, green`,
        `p95 at most ${JOURNEY_P95_MS} ms`,
        `about ${rate(ratesAt(effective, now).baselineRpm)}`,
      ],
      link: page('services'),
      filter: `${application}, traffic.type = baseline`,
    },
    {
      title: 'Demo traffic',
      expected: demoTraffic(effective, now),
      link: page('services'),
      filter: `${application}, traffic.type = demo, service frontend, POST /api/checkout`,
    },
    {
      title: 'Database APM',
      expected: database(effective, now),
      link: page('databases'),
      filter: `${application}, traffic.type = demo, db.system = postgresql, then redis`,
    },
    {
      title: 'Trace depth',
      expected: [
        `a checkout has at least ${LEAST_DEPTH} levels`,
        'load-generator → frontend → cart, shipping, product-catalog → recommendation' +
          (outage(effective, now) ? '' : ', currency, payment, checkout → postgresql'),
        ...(traceId === null ? [] : [`for example trace ${traceId}`]),
      ],
      link: trace,
      filter: `${application}, traffic.type = demo, POST /api/checkout`,
    },
    {
      title: 'Distributed tracing',
      expected: [
        `every span has traffic.type, and of the demo cohort demo.run_id = ${runId} and demo.minute`,
        'database spans show the query: db.query.text, db.collection.name',
        ...(outage(effective, now)
          ? [`true on spans of the outage: ${attributes.join(', ')}`]
          : [`on no span true: ${attributes.join(', ')}`]),
      ],
      link: trace,
      filter: `${application}, demo.run_id = ${runId}`,
    },
  ];
}

function outage(effective: EffectiveScenario, now: number): boolean {
  return positionAt(effective, now).state === 'running';
}

/** Rates are of real minutes. */
function rate(rpm: number): string {
  return `${Math.round(rpm)} requests a minute`;
}

function demoTraffic(effective: EffectiveScenario, now: number): string[] {
  const { expectations, shownMinutes } = effective.scenario;
  const { minute } = positionAt(effective, now);
  const expected = expectations[Math.floor(minute ?? -1)];
  if (!outage(effective, now) || expected === undefined) {
    return ['no outage is under way: 0 % errors, green', `about ${rate(ratesAt(effective, now).demoRpm)}`];
  }
  const shown = expectations.slice(0, shownMinutes);
  const most = (of: (each: (typeof shown)[number]) => number | null): number =>
    Math.max(...shown.map((each) => of(each) ?? 0));
  const { allP95Ms, p95Ms, errorRate } = expected.predicted;
  return [
    `now, minute ${expected.minute}: ${percent(expected.targetErrorRate)} errors (predicted ${percent(errorRate)}), ` +
      `p95 about ${Math.round(allP95Ms ?? p95Ms ?? 0)} ms, ${rate(expected.rpm)}`,
    `over the run: errors 0 → ${percent(most(({ targetErrorRate }) => targetErrorRate))}, ` +
      `p95 → ${Math.round(most(({ predicted }) => predicted.allP95Ms))} ms, ` +
      `${Math.round(expectations[0]?.rpm ?? 0)} → ${rate(most(({ rpm }) => rpm))}`,
    'yellow, then red',
  ];
}

function database(effective: EffectiveScenario, now: number): string[] {
  const { flowAlert, indexes } = effective.scenario;
  const scans =
    outage(effective, now) &&
    flowAlert.attributes.includes('db.full_table_scan') &&
    Object.values(indexes).includes('absent');
  return [
    'postgresql: SELECT ecommerce.products and ecommerce.orders, with query, calls and duration',
    scans
      ? 'SELECT ecommerce.products of the demo cohort is slow: db.full_table_scan = true, db.index_used = NONE'
      : 'SELECT ecommerce.products is fast, by an index: db.full_table_scan = false',
    'redis: the commands of cart and recommendation',
  ];
}

/** A point for a person. @param index from 0 */
export function pointLines(point: ChecklistPoint, index: number): string[] {
  return [
    `${index + 1}. ${point.title}`,
    ...point.expected.map((line) => `     ${line}`),
    `   where:  ${point.link}`,
    `   filter: ${point.filter}`,
  ];
}
