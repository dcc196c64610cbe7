/** A span, as a trace's picture shows it. */
export interface SpanShown {
  service: string;
  name: string;
  /** Since the trace began (ms). */
  startOffsetMs: number;
  durationMs: number;
  status: { code: string };
  attributes: Readonly<Record<string, unknown>>;
  children: readonly SpanShown[];
}

/** A trace, as a report shows it. */
export interface TraceShown {
  traceId: string;
  durationMs: number;
  /** Their number. */
  spans: number;
  services: readonly string[];
  roots: readonly SpanShown[];
}

/** What was seen of the cause in a demo minute: the statement by which it shows (null: none), and its pool. */
export interface CauseMinute {
  minute: number;
  query: { p95Ms: number | null } | null;
  pool: { used: number; max: number; timeouts: number } | null;
}

/** What a report shows besides the run's figures, from the shop's telemetry and its database. */
export interface Evidence {
  causes: readonly CauseMinute[];
  /** The recommendation query's plans as text, line by line; null when it was not seen. */
  plans: { withIndex: readonly string[] | null; withoutIndex: readonly string[] | null };
  traces: { failing: TraceShown | null; healthy: TraceShown | null };
}
