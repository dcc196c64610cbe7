import type { LogRecord, MetricPoint, SpanRecord } from '../otlp/records';
import type { TelemetrySink } from '../otlp/receiver';
import { Aggregates } from './aggregates';
import { factsOf } from './facts';
import { LogEvents } from './log-events';
import { History } from './history';
import { MetricValues } from './metric-values';
import { PoolMinutes } from './pool-minutes';
import { ServiceMap } from './service-map';
import { TraceStore } from './traces';

/** What came so long before a run (s) still belongs to its story: the calm before, for comparison. */
export const CALM_BEFORE_RUN_SECONDS = 120;

/** All the console knows, in memory of fixed size. */
export class TelemetryStore implements TelemetrySink {
  readonly aggregates = new Aggregates();
  readonly traces = new TraceStore();
  readonly serviceMap = new ServiceMap();
  readonly metrics = new MetricValues();
  readonly logs = new LogEvents();
  readonly pools = new PoolMinutes();
  readonly history = new History();
  /** Arrival of the latest span (Unix ms); null before the first. */
  lastSpanMs: number | null = null;
  spans = 0;
  /** Older than the run. */
  spansDropped = 0;
  logsDropped = 0;
  private notBeforeMs = Number.NEGATIVE_INFINITY;

  /** @param now Unix ms */
  constructor(private readonly now: () => number = Date.now) {}

  addSpans(spans: readonly SpanRecord[]): void {
    const nowMs = this.now();
    if (spans.length > 0) this.lastSpanMs = nowMs;
    this.spans += spans.length;
    for (const span of spans) {
      if (span.startMs < this.notBeforeMs) {
        this.spansDropped += 1;
        continue;
      }
      const facts = factsOf(span);
      this.aggregates.add(span, facts, nowMs);
      this.serviceMap.add(span, facts, nowMs);
      this.traces.add(span, facts, nowMs);
    }
  }

  addMetrics(points: readonly MetricPoint[]): void {
    const nowMs = this.now();
    for (const point of points) this.metrics.add(point, nowMs);
  }

  addLogs(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.atMs < this.notBeforeMs) this.logsDropped += 1;
      else this.logs.add(record);
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

  /** Once a second. */
  tick(): void {
    this.traces.tick(this.now());
  }

  /** For /health: sizes and what was dropped. */
  sizes(): Record<string, unknown> {
    return {
      spansReceived: this.spans,
      spansOlderThanRun: this.spansDropped,
      logsOlderThanRun: this.logsDropped,
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
