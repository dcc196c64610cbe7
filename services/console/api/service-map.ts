import { CATALOG } from '../../catalog';
import { byTraffic } from '../store/aggregates';
import type { SeenCohort } from '../store/facts';
import { round } from '../store/series';
import type { TelemetryStore } from '../store/telemetry-store';
import { SETTLE_SECONDS } from './summary';

const WINDOW_SECONDS = 60;
/** A node not heard of for this long (ms) counts as silent. */
const ACTIVE_MS = 60_000;

/** Calls from one node to another, by traffic type. */
export interface MapEdge {
  from: string;
  to: string;
  traffic: Partial<
    Record<SeenCohort, { calls: number; rate: number; errorRate: number | null; meanMs: number | null }>
  >;
}

export type ServiceMapAnswer = ReturnType<typeof serviceMap>;

/** The answer of GET /api/service-map: the services of the shop, the stores, and what calls went between them. */
export function serviceMap(store: TelemetryStore, nowMs: number) {
  const to = Math.floor(nowMs / 1000) - SETTLE_SECONDS;
  const series = store.aggregates.window(to - WINDOW_SECONDS, to);
  const seen = store.serviceMap.nodesSeen();
  const edges = new Map<string, MapEdge>();
  for (const edge of store.serviceMap.window(to - WINDOW_SECONDS, to)) {
    const key = `${edge.from}|${edge.to}`;
    const found = edges.get(key) ?? { from: edge.from, to: edge.to, traffic: {} };
    edges.set(key, found);
    found.traffic[edge.traffic] = {
      calls: edge.calls,
      rate: round(edge.calls / WINDOW_SECONDS, 3),
      errorRate: edge.calls === 0 ? null : round(edge.errors / edge.calls, 4),
      meanMs: edge.meanMs === null ? null : round(edge.meanMs, 2),
    };
  }
  const stores = [...edges.values()]
    .map((edge) => edge.to)
    .filter((name) => !CATALOG.some((entry) => entry.name === name));
  const shop = CATALOG.filter((entry) => entry.shop).map(({ name }) => name as string);
  const databases = new Set(['postgresql', 'redis', ...stores]);
  const others = [...seen.keys()].filter((name) => !shop.includes(name) && !databases.has(name));
  const node = (name: string, kind: 'service' | 'database') => ({
    name,
    kind,
    /** Telemetry from or about it came within the last minute. */
    active: nowMs - (seen.get(name) ?? Number.NEGATIVE_INFINITY) <= ACTIVE_MS,
    /** Of a service: its requests by traffic type. */
    traffic: kind === 'service' ? byTraffic(series, WINDOW_SECONDS, (key) => key.service === name) : {},
  });
  return {
    at: new Date(nowMs).toISOString(),
    windowSeconds: WINDOW_SECONDS,
    nodes: [
      ...[...shop, ...others].map((name) => node(name, 'service')),
      ...[...databases].map((name) => node(name, 'database')),
    ],
    edges: [...edges.values()].sort((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to)),
  };
}
