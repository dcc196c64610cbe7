import { z } from 'zod';
import { coralogixAttributes, STOREFRONT } from '../../catalog';
import { NO_RUN, trafficTypeOfPath } from '../../lib/cohort';
import { HttpError } from '../../lib/errors';
import { peer } from '../../lib/telemetry/calls';
import { RELEASE } from '../../lib/telemetry/release';
import { parseInput } from '../../lib/validate';
import { attributesField, BROWSER_ATTRIBUTES, known, own, SPAN_ATTRIBUTES, textOf } from './attributes';
import type { KeyValue } from './attributes';
import type { ClickNames } from './click-names';
import { addressOf } from './page-address';

/**
 * What a page sends as OTLP's JSON, and what is passed on of it: never what came, but a request of our own, made of the
 * parts that are known. So nobody can speak in a service's name, for a cohort or a run, or of another time.
 */

/** Spans of one request. */
export const MOST_SPANS = 100;
/** How far from now a span may be (ms): a page that was away, and clocks that differ. */
const OLDEST_MS = 10 * 60_000;
const AHEAD_MS = 60_000;

/** OTLP's numbers. */
const INTERNAL = 1;
const CLIENT = 3;
const FAILED = 2;

/** What the spans of one scope are. */
interface Kind {
  kind: number;
  name: RegExp;
}
/** By who makes them in the page. A request's name, its method, is replaced. */
const SCOPES: Readonly<Record<string, Kind>> = {
  storefront: {
    kind: INTERNAL,
    name: /^(page view|browser\.web_vital|click [A-Za-z][A-Za-z -]{0,39})$/,
  },
  '@opentelemetry/instrumentation-document-load': {
    kind: INTERNAL,
    name: /^(documentLoad|documentFetch|resourceFetch)$/,
  },
  '@opentelemetry/instrumentation-fetch': { kind: CLIENT, name: /^[A-Z]{3,10}$/ },
};
const id = (digits: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));
const nanoseconds = z.string().regex(/^\d{1,20}$/);

const spanSchema = z.object({
  traceId: id(32),
  spanId: id(16),
  parentSpanId: id(16).optional(),
  name: z.string().max(100),
  kind: z.union([z.literal(INTERNAL), z.literal(CLIENT)]),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes: attributesField,
  status: z.object({ code: z.number().optional() }).optional(),
});
type GivenSpan = z.infer<typeof spanSchema>;

const scopeSchema = z.object({
  name: z.string().max(100),
  version: z
    .string()
    .regex(/^[\w.+-]{1,40}$/)
    .default('unknown'),
});
const scopeSpansSchema = z.object({ scope: scopeSchema, spans: z.array(z.unknown()).max(MOST_SPANS) });
const resourceSpansSchema = z.object({
  resource: z.object({ attributes: attributesField }),
  scopeSpans: z.array(scopeSpansSchema).max(10),
});
const bodySchema = z.object({ resourceSpans: z.array(resourceSpansSchema).max(1) });
type GivenResource = z.infer<typeof resourceSpansSchema>;

interface Span extends Omit<GivenSpan, 'attributes'> {
  attributes: KeyValue[];
}

/** A request of OTLP's JSON, as the shop writes it. */
export interface TraceRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { scope: { name: string; version: string }; spans: Span[] }[];
  }[];
}

/** What a request is read with. */
export interface ReadingOptions {
  /** `Host` of the request: whose page it is. */
  host: string;
  nowMs: number;
  clicks: ClickNames;
  /** Asked before spans are read, which costs most: throws when they are too many. */
  admit?: (spans: number) => void;
}

/**
 * Reads what a page sends.
 *
 * @returns what is passed on, and how many spans of it were none, or of another time
 * @throws HttpError 400 `invalid-input`; 400 `foreign-resource` for telemetry that says it is another's
 */
export function readTraceRequest(body: unknown, options: ReadingOptions) {
  const { resourceSpans } = parseInput(bodySchema, body);
  const [given] = resourceSpans;
  const count = given?.scopeSpans.reduce((sum, { spans }) => sum + spans.length, 0) ?? 0;
  if (given === undefined || count === 0) return { request: { resourceSpans: [] }, spans: 0, refused: 0 };
  if (textOf(given.resource.attributes, 'service.name') !== STOREFRONT)
    throw new HttpError(400, 'foreign-resource', `Only spans of service.name ${STOREFRONT} are taken here.`);
  if (count > MOST_SPANS)
    throw new HttpError(400, 'too-many-spans', `A request may hold ${MOST_SPANS} spans at most.`);
  options.admit?.(count);
  const scopeSpans = given.scopeSpans
    .map(({ scope, spans }) => ({
      scope,
      spans: spans.flatMap((span) => readSpan(span, kindOf(scope), options) ?? []),
    }))
    .filter(({ spans }) => spans.length > 0);
  giveCohorts(scopeSpans.flatMap(({ spans }) => spans));
  const taken = scopeSpans.reduce((sum, { spans }) => sum + spans.length, 0);
  const request = {
    resourceSpans: taken === 0 ? [] : [{ resource: { attributes: resourceOf(given.resource) }, scopeSpans }],
  };
  return { request, spans: taken, refused: count - taken };
}

function kindOf({ name }: { name: string }): Kind | null {
  return Object.hasOwn(SCOPES, name) ? (SCOPES[name] ?? null) : null;
}

/** null: none that can be. */
function readSpan(value: unknown, wanted: Kind | null, { host, nowMs, clicks }: ReadingOptions): Span | null {
  const { success, data: given } = spanSchema.safeParse(value);
  if (!success || !isOfNow(given, nowMs)) return null;
  if (given.kind !== wanted?.kind || !wanted.name.test(given.name)) return null;
  const told = known(given.attributes, SPAN_ATTRIBUTES);
  const address = addressOf(textOf(given.attributes, 'url.full'), host);
  const location = address === null ? [] : own({ 'url.full': address.full });
  if (given.kind !== CLIENT) {
    const name = given.name.startsWith('click ') ? clicks.nameOf(given.name) : given.name;
    return { ...given, name, attributes: [...told, ...location], status: {} };
  }
  const method = told.find(({ key }) => key === 'http.request.method')?.value;
  if (!address?.template || method === undefined || !('stringValue' in method)) return null;
  const failed = given.status?.code === FAILED;
  return {
    ...given,
    name: `${method.stringValue} ${address.template}`,
    attributes: [
      ...told,
      ...location,
      ...own({
        'url.template': address.template,
        'server.address': address.host,
        'server.port': address.port,
        ...(peer('frontend') as Record<string, string>),
      }),
      ...(failed ? own({ 'error.type': errorType(told) }) : []),
    ],
    status: failed ? { code: FAILED } : {},
  };
}

function isOfNow({ startTimeUnixNano, endTimeUnixNano }: GivenSpan, nowMs: number): boolean {
  const [start, end] = [Number(startTimeUnixNano) / 1e6, Number(endTimeUnixNano) / 1e6];
  return start >= nowMs - OLDEST_MS && end <= nowMs + AHEAD_MS && start <= end;
}

/** Of a request that failed: its status, or that no answer came. */
function errorType(told: readonly KeyValue[]): string {
  const status = told.find(({ key }) => key === 'http.response.status_code')?.value;
  return status !== undefined && 'intValue' in status ? String(status.intValue) : 'network';
}

/**
 * Like a request without baggage that counts: each trace has the cohort of the routes that it asks for, and no run.
 * Of a trace that comes in two requests each is judged by itself.
 */
function giveCohorts(spans: readonly Span[]): void {
  const demo = new Set(
    spans.filter((span) => span.kind === CLIENT && isDemo(span)).map(({ traceId }) => traceId),
  );
  for (const span of spans) {
    const cohort = demo.has(span.traceId) ? 'demo' : 'baseline';
    span.attributes.push(...own({ 'traffic.type': cohort, 'demo.run_id': NO_RUN }));
  }
}

const isDemo = ({ name }: Span): boolean => trafficTypeOfPath(name.slice(name.indexOf(' ') + 1)) === 'demo';

/** The page's release is the frontend's, which served it. */
function resourceOf({ attributes }: GivenResource['resource']): KeyValue[] {
  const vendors = coralogixAttributes(STOREFRONT).map((pair) => pair.split('=') as [string, string]);
  return [
    ...own({
      'service.name': STOREFRONT,
      'service.namespace': 'ecommerce-demo',
      'service.version': RELEASE,
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'webjs',
      ...Object.fromEntries(vendors),
    }),
    ...known(attributes, BROWSER_ATTRIBUTES),
  ];
}
