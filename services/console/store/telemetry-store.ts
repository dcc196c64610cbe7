import type { LogRecord, MetricPoint, SpanRecord } from '../otlp/records';
import type { TelemetrySink } from '../otlp/receiver';
import { Aggregates } from './aggregates';
import { factsOf, isVisitors } from './facts';
import { LogEvents } from './log-events';
import { History } from './history';
import { MetricValues } from './metric-values';
import { PoolMinutes } from './pool-minutes';
import { ServiceMap } from './service-map';
import { TraceSampling } from './trace-sampling';
import { TraceStore } from './traces';

/** What came so long before a run (s) still belongs to its story: the calm before, for comparison. */
export const CALM_BEFORE_RUN_SECONDS = 120;

/** Traces, logs and metric values together occupy at most so many bytes of heap. */
export const MEMORY_LIMIT = 24 * 1024 * 1024;
/** When they do not fit, the kind that is furthest beyond its share gives way. */
const SHARES = { traces: 0.7, logs: 0.2, metrics: 0.1 } as const;
/** A sender's clock may be so far ahead of ours (ms): a time of next year would stay the newest until then. */
const MAX_CLOCK_LEAD_MS = 10 * 60_000;

/** All the console knows, in memory of fixed size. */
export class TelemetryStore implements TelemetrySink {
  readonly aggregates = new Aggregates();
  readonly traces = new TraceStore();
  readonly serviceMap = new ServiceMap();
  readonly metrics = new MetricValues();
  readonly logs = new LogEvents();
  readonly pools = new PoolMinutes();
  readonly history = new History();
  readonly gate = new TraceSampling((traceId) => this.traces.awaits(traceId));
  /** Arrival of the latest span (Unix ms); null before the first. */
  lastSpanMs: number | null = null;
  /** Spans that were decoded. */
  private spans = 0;
  /** Older than the run. */
  spansDropped = 0;
  logsDropped = 0;
  /** From a clock too far ahead. */
  aheadDropped = 0;
  private notBeforeMs = Number.NEGATIVE_INFINITY;

  /**
   * @param now Unix ms
   * @param memoryLimit bytes of heap for traces, logs and metric values
   */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly memoryLimit: number = MEMORY_LIMIT,
  ) {}

  addSpans(spans: readonly SpanRecord[]): void {
    const nowMs = this.now();
    if (spans.length > 0) this.lastSpanMs = nowMs;
    this.spans += spans.length;
    for (const span of spans) {
      if (span.startMs < this.notBeforeMs) {
        this.spansDropped += 1;
        continue;
      }
      if (span.startMs > nowMs + MAX_CLOCK_LEAD_MS) {
        this.aheadDropped += 1;
        continue;
      }
      const facts = factsOf(span);
      const isPersons = isVisitors(facts);
      const weight = isPersons ? 1 : this.gate.weightOf(span.traceId);
      if (weight > 0) {
        this.aggregates.add(span, facts, nowMs, weight);
        this.serviceMap.add(span, facts, nowMs, weight);
      }
      this.traces.add(span, facts, nowMs, isPersons || this.gate.isWhole(span.traceId));
      this.makeRoom();
    }
  }

  addMetrics(points: readonly MetricPoint[]): void {
    const nowMs = this.now();
    for (const point of points) {
      this.metrics.add(point, nowMs);
      this.makeRoom();
    }
  }

  addLogs(records: readonly LogRecord[]): void {
    const newestMs = this.now() + MAX_CLOCK_LEAD_MS;
    for (const record of records) {
      if (record.atMs < this.notBeforeMs) this.logsDropped += 1;
      else if (record.atMs > newestMs) this.aheadDropped += 1;
      else this.logs.add(record);
      this.makeRoom();
    }
  }

  /** All spans that came, those too that were left out. */
  get spansReceived(): number {
    return this.spans + this.gate.leftOut;
  }

  /** Bytes of heap that traces, logs and metric values occupy. */
  get bytes(): number {
    return this.traces.bytes + this.logs.bytes + this.metrics.bytes;
  }

  private makeRoom(): void {
    while (this.bytes > this.memoryLimit) {
      const excess = (kind: keyof typeof SHARES): number => this[kind].bytes / SHARES[kind];
      const kind = (['traces', 'logs', 'metrics'] as const).reduce((a, b) => (excess(b) > excess(a) ? b : a));
      if (!this[kind].evict()) return;
    }
  }

  /**
   * A run begins: traces and logs older than it are dropped, and what comes late of them too. The figures of the last
   * runs' minutes stay, for their reports.
   *
   * @param beganMs Unix ms
   */
  beginRun(beganMs: number): void {
    this.notBeforeMs = beganMs - CALM_BEFORE_RUN_SECONDS * 1000;
    this.traces.dropBefore(this.notBeforeMs);
    this.logs.dropBefore(this.notBeforeMs);
  }

  /** A run is in force (again): its figures outlive those of any other. */
  holdRun(runId: string): void {
    this.aggregates.holdRun(runId);
    this.pools.holdRun(runId);
  }

  /** Once a second. */
  tick(): void {
    this.traces.tick(this.now());
    this.gate.tick(this.now());
  }

  /** For /health: sizes and what was dropped. */
  sizes(): Record<string, unknown> {
    return {
      spansReceived: this.spansReceived,
      sampling: this.gate.status(),
      spansOlderThanRun: this.spansDropped,
      logsOlderThanRun: this.logsDropped,
      fromClocksAhead: this.aheadDropped,
      bytes: this.bytes,
      lastSpanAgeMs: this.lastSpanMs === null ? null : this.now() - this.lastSpanMs,
      aggregates: this.aggregates.sizes(),
      traces: this.traces.sizes(),
      metricPoints: this.metrics.size,
      metricPointsDropped: this.metrics.dropped,
      logEvents: this.logs.size,
      logRecordsReceived: this.logs.received,
      logEventsDropped: this.logs.dropped,
    };
  }
}
