import { CATALOG } from '../../services/catalog';
import { at, listAt, numberAt, textAt } from '../../machine/json';
import { parseSummary } from '../target/observation';
import { failed, ok, type Finding } from './check';
import { eventually, readService, type CheckContext } from './context';
import type { TestRequest } from './journeys';

export const LEAST_DEPTH = 7;
const TRACES_LOOKED_AT = 5;

/** Spans of both cohorts came within the last minute, and still come. */
export async function checkTelemetryArrives(context: CheckContext): Promise<Finding> {
  const found = await eventually(context, async () => {
    const body = await readService(context.target, 'console', '/api/summary?minutes=false');
    const { arriving, baselineRequests, demoRequests } = parseSummary(body);
    if (!arriving) return `the console received no spans for ${ageOf(body)}`;
    if (baselineRequests === 0 || demoRequests === 0) {
      return `the console has ${baselineRequests} baseline and ${demoRequests} demo requests of the last minute`;
    }
    return {
      figures: `${baselineRequests} baseline and ${demoRequests} demo requests in the last minute, latest span ${ageOf(body)} ago`,
    };
  });
  return typeof found === 'string' ? failed(found) : ok(found.figures);
}

function ageOf(summary: unknown): string {
  const age = numberAt(summary, 'telemetry', 'lastSpanAgeMs');
  return age === null ? 'its whole life' : `${(age / 1000).toFixed(1)} s`;
}

/** The newest checkouts of the load generator, and our own, are traces of at least seven levels. */
export async function checkTraceDepth(context: CheckContext, request: TestRequest): Promise<Finding> {
  const { target } = context;
  const found = await eventually(context, async () => {
    const depths = await newestDepths(context);
    const deepest = Math.max(0, ...depths);
    if (depths.length === 0) return 'the console keeps no whole trace of a demo checkout';
    if (deepest < LEAST_DEPTH)
      return `${deepest} levels (at least ${LEAST_DEPTH}), in ${depths.length} traces`;
    const own = await readService(target, 'console', `/api/traces/${request.traceId}`).catch(() => null);
    const ownDepth = numberAt(own, 'depth');
    return {
      figures:
        `${deepest} levels in the newest ${depths.length} checkouts` +
        (ownDepth === null
          ? ''
          : `; our own: ${ownDepth} levels, ${listAt(own, 'services').length} services`),
    };
  });
  return typeof found === 'string' ? failed(found) : ok(found.figures);
}

async function newestDepths({ target }: CheckContext): Promise<number[]> {
  const list = await readService(target, 'console', '/api/traces?traffic=demo&limit=40');
  const journeys = listAt(list, 'traces').filter(
    (trace) => at(trace, 'complete') === true && textAt(trace, 'service') === 'load-generator',
  );
  const depths = await Promise.all(
    journeys.slice(0, TRACES_LOOKED_AT).map(async (trace) => {
      const id = textAt(trace, 'traceId') ?? '';
      // One that has been forgotten meanwhile says nothing.
      const tree = await readService(target, 'console', `/api/traces/${id}`).catch(() => null);
      return numberAt(tree, 'depth');
    }),
  );
  return depths.filter((depth) => depth !== null);
}

/** All ten services and both stores were heard of, and every edge of the catalog was used, in the last minute. */
export async function checkServiceMap(context: CheckContext): Promise<Finding> {
  const found = await eventually(context, async () => {
    const missing = missingInMap(await readService(context.target, 'console', '/api/service-map'));
    return missing.length === 0 ? { figures: describeMap() } : `missing: ${missing.join(', ')}`;
  });
  return typeof found === 'string' ? failed(found) : ok(found.figures);
}

const SHOP = CATALOG.filter(({ shop }) => shop);
/** The load generator reads the scenario's rows untraced. */
const EDGES = SHOP.flatMap(({ name, calls, stores }) =>
  [...calls, ...(name === 'load-generator' ? [] : stores)].map((to) => [name, to] as const),
);
const STORES = ['postgresql', 'redis'] as const;

function describeMap(): string {
  return `${SHOP.length} services, ${STORES.length} stores, all ${EDGES.length} edges in use`;
}

/** What the map of the last minute lacks: silent nodes, unused edges. */
export function missingInMap(map: unknown): string[] {
  const active = new Set(
    listAt(map, 'nodes')
      .filter((node) => at(node, 'active') === true)
      .map((node) => textAt(node, 'name')),
  );
  const used = new Set(
    listAt(map, 'edges')
      .filter((edge) =>
        Object.values((at(edge, 'traffic') ?? {}) as Record<string, unknown>).some(
          (traffic) => (numberAt(traffic, 'calls') ?? 0) > 0,
        ),
      )
      .map((edge) => `${textAt(edge, 'from') ?? ''} → ${textAt(edge, 'to') ?? ''}`),
  );
  const silent = [...SHOP.map(({ name }) => name as string), ...STORES].filter((name) => !active.has(name));
  const unused = EDGES.filter(([from, to]) => !silent.includes(from) && !silent.includes(to))
    .map(([from, to]) => `${from} → ${to}`)
    .filter((edge) => !used.has(edge));
  return [...silent, ...unused];
}
