import { CATALOG } from '../../catalog';
import type { SpanRecord } from '../otlp/records';
import type { Facts, SeenCohort } from './facts';
import { RING_SECONDS } from './second-slots';
import { SecondSums } from './series';

const MAX_EDGES = 300;
const MAX_PEERS = 500;

/** Calls from one node to another, per second. */
class Edge {
  readonly calls = new SecondSums();
  readonly errors = new SecondSums();
  /** In ms, for a mean. */
  readonly durations = new SecondSums();

  constructor(
    readonly from: string,
    readonly to: string,
    readonly traffic: SeenCohort,
  ) {}
}

/** Ports and names at which services listen unless a server span says otherwise. */
const SERVICE_BY_PORT = new Map(CATALOG.map(({ port, name }) => [String(port), name as string]));
const SERVICE_NAMES = new Set<string>(CATALOG.map(({ name }) => name));

/**
 * Who calls whom, from CLIENT spans. The callee of an HTTP call is the service whose SERVER spans name the same
 * `server.address:server.port`; no spans have to be joined, so the map is complete whatever is sampled. The callee
 * of a database span is its `db.system.name`.
 */
export class ServiceMap {
  private readonly edges = new Map<string, Edge>();
  /** `address:port` → service, learnt from SERVER spans. */
  private readonly peers = new Map<string, string>();
  private readonly seen = new Map<string, number>();

  /** @param weight how many calls this one stands for */
  add(span: SpanRecord, facts: Facts, nowMs: number, weight = 1): void {
    if (this.seen.has(span.service) || this.seen.size < MAX_PEERS) this.seen.set(span.service, nowMs);
    if (span.kind === 'SERVER') {
      if (facts.peer !== null && (this.peers.has(facts.peer) || this.peers.size < MAX_PEERS)) {
        this.peers.set(facts.peer, span.service);
      }
      return;
    }
    const to = this.calleeOf(span, facts);
    if (to === null) return;
    if (facts.dbSystem !== null) {
      // A wait for a connection is no call, but one that fails is a call that could not be made.
      if (!facts.dbStatement && !facts.error) return;
      this.seen.set(to, nowMs);
    }
    const edge = this.edgeOf(span.service, to, facts.traffic);
    const second = Math.floor(Math.min(span.startMs + span.durationMs, nowMs) / 1000);
    if (edge === null || second <= nowMs / 1000 - RING_SECONDS) return;
    edge.calls.add(second, weight);
    if (facts.error) edge.errors.add(second, weight);
    edge.durations.add(second, span.durationMs * weight);
  }

  private calleeOf(span: SpanRecord, facts: Facts): string | null {
    if (facts.dbSystem !== null) return facts.dbSystem;
    if (span.kind !== 'CLIENT' || facts.peer === null) return null;
    const learnt = this.peers.get(facts.peer);
    if (learnt !== undefined) return learnt;
    const colon = facts.peer.lastIndexOf(':');
    const host = facts.peer.slice(0, colon).split('.', 1)[0] ?? '';
    if (SERVICE_NAMES.has(host)) return host;
    return SERVICE_BY_PORT.get(facts.peer.slice(colon + 1)) ?? null;
  }

  private edgeOf(from: string, to: string, traffic: SeenCohort): Edge | null {
    const id = `${traffic}|${from}|${to}`;
    let edge = this.edges.get(id);
    if (edge === undefined) {
      if (this.edges.size >= MAX_EDGES) return null;
      edge = new Edge(from, to, traffic);
      this.edges.set(id, edge);
    }
    return edge;
  }

  /** The Unix seconds [from, to); edges that ever occurred, also those now without calls. */
  window(from: number, to: number) {
    return [...this.edges.values()].map((edge) => {
      const [calls, errors, durations] = [edge.calls, edge.errors, edge.durations].map((each) =>
        each.sum(from, to),
      ) as [number, number, number];
      const meanMs = calls === 0 ? null : durations / calls;
      return { from: edge.from, to: edge.to, traffic: edge.traffic, calls, errors, meanMs };
    });
  }

  /** Services and stores that occurred in telemetry, with the arrival of the latest (Unix ms). */
  nodesSeen(): ReadonlyMap<string, number> {
    return this.seen;
  }
}
