import type { Statement } from '../../../scenario/causes/cause';
import { FLOW_ATTRIBUTES, type FlowAttribute } from '../../../scenario/types';
import { NO_RUN } from '../../lib/cohort';
import { cutText, MAX_NAME, type AttributeValue, type SpanRecord } from '../otlp/records';

export const SEEN_COHORTS = ['baseline', 'demo', 'other'] as const;
export type SeenCohort = (typeof SEEN_COHORTS)[number];

/** Most that one order costs (USD): what is beyond would drown the money lost by all others. */
const MAX_ORDER_USD = 1_000_000;
/** What inventory's update of a product's stock is called. */
const RESERVATION = 'UPDATE shop.stock';
/** Beyond a year no minute belongs to a run. */
const MAX_MINUTE = 366 * 24 * 60;

/** How a span says that a person caused it: no load generator sent the request. */
export const OF_VISITORS = { key: 'demo.run_id', text: NO_RUN } as const;

/** Whether a person caused a span. */
export const isVisitors = ({ runId }: Pick<Facts, 'runId'>): boolean => runId === NO_RUN;

/** What aggregates need of a span's attributes, read in one pass. */
export class Facts {
  traffic: SeenCohort = 'other';
  /** demo.run_id; null without. */
  runId: string | null = null;
  /** Whole demo minute; null outside a run. */
  minute: number | null = null;
  method: string | null = null;
  route: string | null = null;
  statusCode: number | null = null;
  /** `server.address:server.port` of a call, or of the server itself. */
  peer: string | null = null;
  dbSystem: string | null = null;
  /** The span is a database call, rather than, say, a wait for a connection. */
  dbStatement = false;
  orderTotal = 0;
  /** How a checkout ended, as far as its own attributes say; null: they say nothing. */
  checkout: 'placed' | 'repeated' | 'declined' | null = null;
  /** The flow alert's attributes that are true on it. */
  readonly flow: FlowAttribute[] = [];
  /** One of the statements whose time tells of an outage. */
  statement: Statement | null = null;
  /** The pool a connection was waited for. */
  pool: string | null = null;
  /** The journey failed: HTTP status of 500 or more, or span status ERROR. */
  error = false;
}

/** Reads a span's attributes; those of the stable and of the older semantic conventions. */
export function factsOf(span: SpanRecord): Facts {
  const facts = new Facts();
  let address: string | null = null;
  let port: number | null = null;
  const { attributes } = span;
  for (let index = 0; index < attributes.length; index += 2) {
    const value = attributes[index + 1] ?? null;
    const asked = FLOW_ATTRIBUTES.find((name) => name === attributes[index]);
    if (asked !== undefined && isTrue(value)) facts.flow.push(asked);
    switch (attributes[index]) {
      case 'traffic.type':
        if (value === 'baseline' || value === 'demo') facts.traffic = value;
        break;
      case 'demo.run_id':
        facts.runId = textOf(value);
        break;
      case 'demo.minute':
        facts.minute = minuteOf(value);
        break;
      case 'http.request.method':
      case 'http.method':
        facts.method = textOf(value);
        break;
      case 'http.route':
        facts.route = textOf(value);
        break;
      case 'http.response.status_code':
      case 'http.status_code':
        facts.statusCode = numberOf(value);
        break;
      case 'server.address':
      case 'net.host.name':
      case 'net.peer.name':
        address = textOf(value);
        break;
      case 'server.port':
      case 'net.host.port':
      case 'net.peer.port':
        port = numberOf(value);
        break;
      case 'db.system.name':
      case 'db.system':
        facts.dbSystem = textOf(value);
        break;
      case 'db.query.text':
      case 'db.statement':
      case 'db.operation.name':
      case 'db.operation':
        facts.dbStatement = true;
        break;
      case 'order.total':
        facts.orderTotal = amountOf(value);
        break;
      case 'order.created':
        facts.checkout = isTrue(value) ? 'placed' : 'repeated';
        break;
      case 'payment.status':
        if (value === 'declined') facts.checkout = 'declined';
        break;
      case 'db.slow_query':
        // The recommendation query alone tells whether it was slow.
        facts.statement = 'recommendation';
        break;
      case 'db.query.summary':
        if (value === RESERVATION) facts.statement = 'reservation';
        break;
      case 'db.client.connection.pool.name':
        facts.pool = textOf(value);
        break;
      default:
    }
  }
  if (address !== null && port !== null) facts.peer = `${address}:${port}`;
  facts.error = span.status === 'ERROR' || (facts.statusCode !== null && facts.statusCode >= 500);
  return facts;
}

/** Baggage values arrive as texts, values a service sets itself as numbers. */
function numberOf(value: AttributeValue): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function minuteOf(value: AttributeValue): number | null {
  const minute = numberOf(value);
  if (minute === null || minute < 0) return null;
  return minute > MAX_MINUTE ? null : Math.floor(minute);
}

/** USD; 0 for what is no amount of an order. */
function amountOf(value: AttributeValue): number {
  const amount = numberOf(value) ?? 0;
  return amount >= 0 && amount <= MAX_ORDER_USD ? amount : 0;
}

function textOf(value: AttributeValue): string | null {
  return typeof value === 'string' && value !== '' ? cutText(value, MAX_NAME) : null;
}

function isTrue(value: AttributeValue): boolean {
  return value === true || value === 'true';
}
