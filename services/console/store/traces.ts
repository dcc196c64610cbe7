import type { SpanRecord } from '../otlp/records';
import { FRONTEND, LOAD_GENERATOR } from './aggregates';
import { isVisitors, SEEN_COHORTS, type Facts, type SeenCohort } from './facts';
import { HeldMemory } from './held-memory';
import { hashShare } from './trace-sampling';

/** Bounds of the store in numbers; its bytes are bounded together with those of logs and metrics. */
export const TRACE_LIMITS = {
  /** Traces kept of each class (traffic type × good, good but slow, failed × the load's, a visitor's). */
  tracesPerClass: 80,
  /** Traces kept only because a kept failed one links to them. */
  linkedTraces: 120,
  /** Spans of traces still being assembled. */
  pendingSpans: 8000,
  spans: 20_000,
  spansPerTrace: 200,
};

/** A trace is decided upon so long after its first span came (ms): the slowest request and its exporters are done. */
const DECIDE_AFTER_MS = 10_000;
/** … or so long after its root span came, which is the last to end. */
const ROOT_GRACE_MS = 2_500;
/** An undecided or unwanted trace stays so long for a link to claim it (ms), while there is room. */
const LINGER_MS = 20_000;
/** New traces of one class admitted per second, beyond a burst: the kept ones cover a minute or more. */
const ADMIT_PER_SECOND = 1;
const ADMIT_BURST = 10;
/**
 * A trace that took longer (ms), or scanned the whole table, does not crowd out the quick ones: what healthy looks like
 * is kept through an outage.
 */
const SLOW_MS = 1000;
/** Of a failed trace's links, so many are held. */
const LINKS_HELD = 3;
/** … and so many are looked out for. */
const LINKS_WANTED = 8;
/** Ids wanted by links whose trace has not come yet. */
const MAX_WANTED = 2000;
/** What a trace occupies besides its spans (bytes): its object, its sets, its places in the maps. */
const TRACE_BYTES = 1000;

export class StoredTrace {
  readonly traceId: string;
  readonly spans: SpanRecord[] = [];
  traffic: SeenCohort;
  failed = false;
  /** Began with a person's page or call: no load generator sent it. */
  readonly visitor: boolean;
  /** Took more than a second or scanned the whole table, when it was decided upon. */
  slow = false;
  /** A full table scan was seen in it. */
  scanned = false;
  /** The span without a parent; null until it comes. */
  root: SpanRecord | null = null;
  /** Arrival of the root (Unix ms). */
  rootMs: number | null = null;
  startMs: number;
  endMs: number;
  /** null: undecided. */
  admitted: boolean | null = null;
  /** Neither admitted nor held: the first to go. */
  pending = true;
  /** Held, and not admitted for its own sake. */
  linked = false;
  /** Kept failed traces that link here. */
  readonly heldBy = new Set<string>();
  /** What this trace holds. */
  holds: string[] = [];

  /**
   * @param first its first span, and what that says
   * @param firstMs arrival of it (Unix ms)
   * @param partial spans may have been passed over before a link made this trace wanted
   */
  constructor(
    first: SpanRecord,
    facts: Facts,
    readonly firstMs: number,
    readonly partial: boolean,
  ) {
    this.traceId = first.traceId;
    this.traffic = facts.traffic;
    this.visitor = isVisitors(facts);
    this.startMs = first.startMs;
    this.endMs = first.startMs;
  }
}

interface TraceClass {
  /** Admitted traces, oldest first. */
  kept: Map<string, StoredTrace>;
  tokens: number;
  refilledMs: number;
}

/**
 * Whole traces, at bounded memory whatever arrives. Spans gather for some seconds; then a trace is kept or not by
 * its class, so that rare classes keep theirs while a frequent one renews itself. When more arrives than may gather,
 * a hash of the trace id decides, by traffic type, which traces gather at all: all spans of a trace or none.
 * Traces a failed one links to are kept as long as that one.
 */
export class TraceStore {
  private readonly traces = new Map<string, StoredTrace>();
  /** Not kept: undecided, and passed over but still here for a link to claim. Oldest first. */
  private readonly gathering = new Map<string, StoredTrace>();
  private readonly lingering = new Map<string, StoredTrace>();
  private readonly classes = new Map<string, TraceClass>();
  /** Linked-to ids that have not come, oldest first → the trace with the link. */
  private readonly wanted = new Map<string, string>();
  /** Share of traces that gather, by traffic type. */
  private readonly share: Record<SeenCohort, number> = { baseline: 1, demo: 1, other: 1 };
  private readonly arrived: Record<SeenCohort, number> = { baseline: 0, demo: 0, other: 0 };
  private arrivedSinceMs = 0;
  private spanCount = 0;
  private pendingCount = 0;
  private linkedCount = 0;
  private readonly memory = new HeldMemory();
  readonly counts = { spansSampledOut: 0, spansOverBound: 0, tracesEvicted: 0 };

  constructor(private readonly limits = TRACE_LIMITS) {}

  /**
   * Takes a span.
   * @param nowMs arrival (Unix ms)
   * @param isWhole false: earlier spans of its trace may have been left out, so that it is none to begin with
   */
  add(span: SpanRecord, facts: Facts, nowMs: number, isWhole = true): void {
    this.arrived[facts.traffic] += 1;
    const trace = this.traces.get(span.traceId) ?? this.open(span, facts, nowMs, isWhole);
    if (trace === null) {
      this.counts.spansSampledOut += 1;
      return;
    }
    if (trace.spans.length >= this.limits.spansPerTrace) {
      this.counts.spansOverBound += 1;
      return;
    }
    this.append(trace, span, facts, nowMs);
    // What came of a message does not explain the request that wrote it.
    if (span.kind !== 'CONSUMER')
      for (const link of span.links.slice(0, LINKS_WANTED)) this.want(link.traceId, span.traceId);
    this.makeRoom(nowMs);
  }

  /** Does a trace gather here, or would a failed one link to it? */
  awaits(traceId: string): boolean {
    return this.traces.has(traceId) || this.wanted.has(traceId);
  }

  private open(span: SpanRecord, facts: Facts, nowMs: number, isWhole: boolean): StoredTrace | null {
    const { traceId } = span;
    const wantedBy = this.wanted.get(traceId);
    // Of the few that people cause none is left to chance: they look for it.
    const sampled = isWhole && (isVisitors(facts) || hashShare(traceId) < this.share[facts.traffic]);
    if (wantedBy === undefined && !sampled) return null;
    const trace = new StoredTrace(span, facts, nowMs, !sampled);
    this.memory.count(TRACE_BYTES);
    this.traces.set(traceId, trace);
    this.gathering.set(traceId, trace);
    if (wantedBy !== undefined) {
      this.wanted.delete(traceId);
      const holder = this.traces.get(wantedBy);
      if (holder?.admitted === true && holder.failed) this.hold(holder, trace);
    }
    return trace;
  }

  private append(trace: StoredTrace, span: SpanRecord, facts: Facts, nowMs: number): void {
    if (facts.flow.includes('db.full_table_scan')) trace.scanned = true;
    this.memory.keepSpan(span);
    trace.spans.push(span);
    this.spanCount += 1;
    if (trace.pending) this.pendingCount += 1;
    trace.startMs = Math.min(trace.startMs, span.startMs);
    trace.endMs = Math.max(trace.endMs, span.startMs + span.durationMs);
    if (span.parentSpanId === null) {
      trace.root = span;
      trace.rootMs = nowMs;
    }
    if (trace.traffic === 'other' && facts.traffic !== 'other')
      this.reclassify(trace, facts.traffic, trace.failed);
    // A failure inside that the shop survived does not make a failed trace: its entry tells.
    const entry = span.parentSpanId === null || (span.kind === 'SERVER' && isEntry(span.service));
    if (entry && facts.error && !trace.failed) this.reclassify(trace, trace.traffic, true);
  }

  /** Decides on traces whose time has come, and adapts the shares. Call about once a second. */
  tick(nowMs: number): void {
    this.adaptShares(nowMs);
    for (const trace of this.traces.values()) {
      if (trace.admitted === null) {
        const complete = trace.rootMs !== null && nowMs - trace.rootMs >= ROOT_GRACE_MS;
        if (complete || nowMs - trace.firstMs >= DECIDE_AFTER_MS) this.decide(trace, nowMs);
      } else if (trace.pending && nowMs - trace.firstMs >= LINGER_MS) {
        this.remove(trace);
      }
    }
  }

  private decide(trace: StoredTrace, nowMs: number): void {
    trace.slow = trace.scanned || trace.endMs - trace.startMs > SLOW_MS;
    const group = this.classOf(trace);
    group.tokens = Math.min(
      ADMIT_BURST,
      group.tokens + ((nowMs - group.refilledMs) / 1000) * ADMIT_PER_SECOND,
    );
    group.refilledMs = nowMs;
    // A trace that came only by a link may lack spans: it is a witness, not an example of its class.
    trace.admitted = group.tokens >= 1 && !trace.partial;
    this.place(trace);
    if (!trace.admitted) return;
    group.tokens -= 1;
    this.keep(trace);
  }

  private holdLinked(trace: StoredTrace): void {
    for (const span of trace.spans) {
      for (const link of span.links) {
        if (trace.holds.length >= LINKS_HELD) return;
        const target = this.traces.get(link.traceId);
        if (target !== undefined) this.hold(trace, target);
      }
    }
  }

  /** Keeps `target` as long as `holder`, unless too many traces are kept that way. */
  private hold(holder: StoredTrace, target: StoredTrace): void {
    if (target === holder || target.heldBy.has(holder.traceId) || holder.holds.length >= LINKS_HELD) return;
    if (target.pending && this.linkedCount >= this.limits.linkedTraces) return;
    target.heldBy.add(holder.traceId);
    holder.holds.push(target.traceId);
    this.place(target);
  }

  private releaseHeld(holder: StoredTrace): void {
    for (const id of holder.holds) {
      const target = this.traces.get(id);
      if (target === undefined) continue;
      target.heldBy.delete(holder.traceId);
      this.place(target);
      if (target.pending && target.admitted === false) this.remove(target);
    }
    holder.holds = [];
  }

  private evictOldest(group: TraceClass): void {
    const oldest = group.kept.values().next().value;
    if (oldest === undefined) return;
    group.kept.delete(oldest.traceId);
    this.counts.tracesEvicted += 1;
    oldest.admitted = false;
    this.releaseHeld(oldest);
    this.place(oldest);
    if (oldest.pending) this.remove(oldest);
  }

  /** Brings counts and queues in line with what `trace` now is. */
  private place(trace: StoredTrace): void {
    const linked = trace.admitted !== true && trace.heldBy.size > 0;
    const pending = trace.admitted !== true && !linked;
    if (linked !== trace.linked) this.linkedCount += linked ? 1 : -1;
    if (pending !== trace.pending) this.pendingCount += pending ? trace.spans.length : -trace.spans.length;
    trace.linked = linked;
    trace.pending = pending;
    this.gathering.delete(trace.traceId);
    this.lingering.delete(trace.traceId);
    if (pending) (trace.admitted === null ? this.gathering : this.lingering).set(trace.traceId, trace);
  }

  /** Forgets a trace that is pending. */
  private remove(trace: StoredTrace): void {
    this.traces.delete(trace.traceId);
    this.gathering.delete(trace.traceId);
    this.lingering.delete(trace.traceId);
    this.pendingCount -= trace.spans.length;
    this.spanCount -= trace.spans.length;
    this.memory.count(-TRACE_BYTES);
    for (const span of trace.spans) this.memory.releaseSpan(span);
  }

  private makeRoom(nowMs: number): void {
    while (this.pendingCount > this.limits.pendingSpans) {
      const passedOver = this.lingering.values().next().value;
      if (passedOver !== undefined) {
        this.remove(passedOver);
        continue;
      }
      const undecided = this.gathering.values().next().value;
      if (undecided === undefined) break;
      this.decide(undecided, nowMs);
    }
    while (this.spanCount > this.limits.spans && this.evict());
  }

  /** Bytes of heap that the traces occupy. */
  get bytes(): number {
    return this.memory.bytes;
  }

  /** Lets go of a trace: the oldest of the largest class, else one that is pending. False when there is none. */
  evict(): boolean {
    const [largest] = [...this.classes.values()].sort((a, b) => b.kept.size - a.kept.size);
    const pending = this.lingering.values().next().value ?? this.gathering.values().next().value;
    if (largest !== undefined && largest.kept.size > 0) this.evictOldest(largest);
    else if (pending !== undefined) this.remove(pending);
    else return false;
    return true;
  }

  /** So many traces gather that a linger time's worth of spans fits; a rare type keeps all of its own. */
  private adaptShares(nowMs: number): void {
    const seconds = (nowMs - this.arrivedSinceMs) / 1000;
    if (seconds < 1) return;
    this.arrivedSinceMs = nowMs;
    const budget = (this.limits.pendingSpans / (DECIDE_AFTER_MS / 1000)) * 0.8;
    const rates = SEEN_COHORTS.map((traffic) => ({ traffic, rate: this.arrived[traffic] / seconds }));
    rates.sort((a, b) => a.rate - b.rate);
    let left = budget;
    rates.forEach(({ traffic, rate }, index) => {
      const fair = left / (rates.length - index);
      const target = rate <= fair ? 1 : fair / rate;
      left -= Math.min(rate, fair);
      // Down at once, up slowly: a pause between batches is no reason to open the gate.
      this.share[traffic] = Math.min(target, this.share[traffic] + 0.1);
      this.arrived[traffic] = 0;
    });
  }

  private want(traceId: string, holder: string): void {
    if (this.traces.has(traceId)) return;
    this.wanted.set(traceId, holder);
    if (this.wanted.size <= MAX_WANTED) return;
    const oldest = this.wanted.keys().next().value;
    if (oldest !== undefined) this.wanted.delete(oldest);
  }

  private reclassify(trace: StoredTrace, traffic: SeenCohort, failed: boolean): void {
    const isKept = trace.admitted === true;
    if (isKept) this.classOf(trace).kept.delete(trace.traceId);
    trace.traffic = traffic;
    trace.failed = failed;
    if (isKept) this.keep(trace);
  }

  /** Takes an admitted trace into its class, and what it links to. */
  private keep(trace: StoredTrace): void {
    const group = this.classOf(trace);
    group.kept.set(trace.traceId, trace);
    if (trace.failed) this.holdLinked(trace);
    while (group.kept.size > this.limits.tracesPerClass) this.evictOldest(group);
  }

  private classOf(trace: StoredTrace): TraceClass {
    const key = classKey(trace);
    const known = this.classes.get(key) ?? { kept: new Map(), tokens: ADMIT_BURST, refilledMs: 0 };
    this.classes.set(key, known);
    return known;
  }

  /** Forgets every trace that began earlier (Unix ms). */
  dropBefore(ms: number): void {
    for (const trace of [...this.traces.values()]) {
      if (trace.startMs >= ms) continue;
      if (trace.admitted === true) {
        this.classOf(trace).kept.delete(trace.traceId);
        trace.admitted = false;
        this.releaseHeld(trace);
        this.place(trace);
      }
      for (const holder of trace.heldBy) {
        const holds = this.traces.get(holder)?.holds;
        const index = holds?.indexOf(trace.traceId) ?? -1;
        if (index >= 0) holds?.splice(index, 1);
      }
      trace.heldBy.clear();
      this.place(trace);
      // Letting go of what it held may have removed it already.
      if (this.traces.get(trace.traceId) === trace) this.remove(trace);
    }
  }

  /** A trace by id: also one still being assembled. */
  get(traceId: string): StoredTrace | null {
    return this.traces.get(traceId) ?? null;
  }

  /**
   * Decided traces, newest start first; traces kept only for a link do not count.
   * @param filter.answered only those with a request that the frontend answered: no mail on its way, no click for nothing
   */
  list(filter: {
    traffic?: SeenCohort | undefined;
    failed?: boolean | undefined;
    slow?: boolean;
    answered?: true;
    limit: number;
  }): StoredTrace[] {
    const found: StoredTrace[] = [];
    for (const [key, group] of this.classes) {
      if (filter.traffic !== undefined && !key.startsWith(`${filter.traffic}|`)) continue;
      if (filter.failed !== undefined && key.includes('|failed') !== filter.failed) continue;
      if (filter.slow !== undefined && key.includes('.slow') !== filter.slow) continue;
      for (const trace of group.kept.values()) {
        if (filter.answered === undefined || trace.spans.some(isAnswer)) found.push(trace);
      }
    }
    return found.sort((a, b) => b.startMs - a.startMs).slice(0, filter.limit);
  }

  /** For /health. */
  sizes(): Record<string, unknown> {
    const kept: Record<string, number> = {};
    for (const [key, { kept: traces }] of this.classes) {
      if (traces.size > 0) kept[key.replace('|', '.')] = traces.size;
    }
    return {
      traces: this.traces.size,
      spans: this.spanCount,
      pendingSpans: this.pendingCount,
      bytes: this.bytes,
      linkedTraces: this.linkedCount,
      kept,
      gatheredShare: { ...this.share },
      ...this.counts,
    };
  }
}

function isAnswer({ kind, service }: SpanRecord): boolean {
  return kind === 'SERVER' && service === FRONTEND;
}

function isEntry(service: string): boolean {
  return service === FRONTEND || service === LOAD_GENERATOR;
}

/** Each class has a quota of its own. Of failed ones the slow and the quick renew each other. */
function classKey({ traffic, failed, slow, visitor }: StoredTrace): string {
  const kind = failed ? 'failed' : slow ? 'ok.slow' : 'ok';
  return `${traffic}|${kind}${visitor ? '.visitor' : ''}`;
}
