import type { LogRecord, MetricPoint, SpanRecord } from '../otlp/records';
import type { TelemetrySink } from '../otlp/receiver';
import { Aggregates } from './aggregates';
import { factsOf } from './facts';
import { LogEvents } from './log-events';
import { MetricValues } from './metric-values';
import { ServiceMap } from './service-map';
import { TraceStore } from './traces';

/** All the console knows, in memory of fixed size. */
export class TelemetryStore implements TelemetrySink {
  readonly aggregates = new Aggregates();
  readonly traces = new TraceStore();
  readonly serviceMap = new ServiceMap();
  readonly metrics = new MetricValues();
  readonly logs = new LogEvents();
  /** Arrival of the latest span (Unix ms); null before the first. */
  lastSpanMs: number | null = null;
  spans = 0;

  /** @param now Unix ms */
  constructor(private readonly now: () => number = Date.now) {}

  addSpans(spans: readonly SpanRecord[]): void {
    const nowMs = this.now();
    if (spans.length > 0) this.lastSpanMs = nowMs;
    this.spans += spans.length;
    for (const span of spans) {
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
    for (const record of records) this.logs.add(record);
  }

  /** Once a second. */
  tick(): void {
    this.traces.tick(this.now());
  }

  /** For /health: sizes and what was dropped. */
  sizes(): Record<string, unknown> {
    return {
      spansReceived: this.spans,
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
