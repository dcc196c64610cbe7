import { CATALOG, type ServiceName } from '../../services/catalog';
import { at, listAt, numberAt, textAt } from '../../machine/json';
import { lookAtTelemetry, spanAge } from '../observation/healthy';
import { look, until } from '../observation/look';
import type { ShopObserver } from '../observation/shop-observer';
import { failed, ok, type Finding } from './check';
import { checked, type CheckContext } from './context';
import type { TestRequest } from './journeys';

export const LEAST_DEPTH = 7;
const TRACES_LOOKED_AT = 5;

/** Spans of both cohorts came within the last minute, and still come. */
export async function checkTelemetryArrives(context: CheckContext): Promise<Finding> {
  return checked(
    context,
    () => lookAtTelemetry(context.observer),
    (seen) =>
      `${seen.baselineRequests} baseline and ${seen.demoRequests} demo requests in the last minute, latest span ${spanAge(seen)} ago`,
  );
}

/** The newest checkouts of the load generator, and our own, are traces of at least seven levels. */
export async function checkTraceDepth(context: CheckContext, request: TestRequest): Promise<Finding> {
  const { observer } = context;
  const found = await until(async () => {
    const depths = await newestDepths(observer);
    if (depths.length === 0) return look(depths, 'the console keeps no whole trace of a demo checkout');
    const deepest = Math.max(...depths);
    return look(
      depths,
      deepest < LEAST_DEPTH
        ? `${deepest} levels (at least ${LEAST_DEPTH}), in ${depths.length} traces`
        : null,
    );
  }, context);
  const own = await observer.get('console', `/api/traces/${request.traceId}`).catch(() => null);
  const ownDepth = numberAt(own, 'depth');
  if (found.problem !== null) return failed(found.problem);
  return ok(
    `${Math.max(...found.seen)} levels in the newest ${found.seen.length} checkouts` +
      (ownDepth === null ? '' : `; our own: ${ownDepth} levels, ${listAt(own, 'services').length} services`),
  );
}

async function newestDepths(observer: ShopObserver): Promise<number[]> {
  const list = await observer.get('console', '/api/traces?traffic=demo&limit=40');
  const journeys = listAt(list, 'traces').filter(
    (trace) => at(trace, 'complete') === true && textAt(trace, 'service') === 'load-generator',
  );
  const depths = await Promise.all(
    journeys.slice(0, TRACES_LOOKED_AT).map(async (trace) => {
      const id = textAt(trace, 'traceId') ?? '';
      // One that has been forgotten meanwhile says nothing.
      const tree = await observer.get('console', `/api/traces/${id}`).catch(() => null);
      return numberAt(tree, 'depth');
    }),
  );
  return depths.filter((depth) => depth !== null);
}

/** All twelve services and both stores were heard of, and every edge of the catalog was used, in the last minute. */
export async function checkServiceMap(context: CheckContext): Promise<Finding> {
  return checked(
    context,
    async () => {
      const missing = missingInMap(await context.observer.get('console', '/api/service-map'));
      return look(true, missing.length === 0 ? null : `missing: ${missing.join(', ')}`);
    },
    () => `${SHOP.length} services, ${STORES.length} stores, all ${EDGES.length} edges in use`,
  );
}

const SHOP = CATALOG.filter(({ shop }) => shop);
/** Those of whose stores only the scenario's rows are read, which is untraced. */
const SCENARIO_READERS: readonly ServiceName[] = ['load-generator', 'frontend'];
const EDGES = SHOP.flatMap(({ name, calls, stores, mayUse }) => {
  const asked = SCENARIO_READERS.includes(name) ? [] : stores.filter((store) => !mayUse.includes(store));
  return [...calls, ...asked].map((to) => [name, to] as const);
});
const STORES = ['postgresql', 'redis'] as const;

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
