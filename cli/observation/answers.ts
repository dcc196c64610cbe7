import { at, listAt, numberAt, textAt } from '../../machine/json';
import type { CohortMinute, RunObservation } from '../../report/observation';

/** What the load generator counted of one cohort since it started, and its windows. */
export type CohortStats = ReturnType<typeof cohortStats>;

export interface TrafficStats {
  baseline: CohortStats;
  demo: CohortStats;
}

/** What was counted of one cohort between two looks. */
export function countedBetween(before: TrafficStats, after: TrafficStats, cohort: keyof TrafficStats) {
  const [was, is] = [before[cohort], after[cohort]];
  return {
    requests: is.requests - was.requests,
    errors: is.errors - was.errors,
    dropped: is.dropped - was.dropped,
  };
}

/** What the console says of the flow alert. */
export type FlowAlertState = NonNullable<ReturnType<typeof parseFlowAlert>>;

/** What the telemetry says, over the last minute. */
export type TelemetrySummary = ReturnType<typeof parseSummary>;

/** What the telemetry says of one run. */
export type RunTelemetry = ReturnType<typeof parseRunTelemetry>;

/** Reads one cohort in the answer of `GET /admin/traffic-stats`. */
export function cohortStats(value: unknown) {
  const count = (...keys: string[]): number => numberAt(value, ...keys) ?? 0;
  return {
    /** Since the load generator started, as all counts but those of the last ten seconds. */
    requests: count('total', 'requests'),
    errors: count('total', 'errors'),
    last10s: { requests: count('last_10s', 'requests'), errors: count('last_10s', 'errors') },
    /** Over the last 60 s (ms). */
    p95Ms: numberAt(value, 'p95_ms'),
    /** Over the last 60 s. */
    rpm: numberAt(value, 'rpm') ?? count('current_rpm'),
    /** What the scenario wants now, of all replicas together. */
    targetRpm: count('target_rpm'),
    scheduled: count('total', 'scheduled'),
    started: count('total', 'started'),
    dropped: count('total', 'dropped'),
    /** Started later than they should have been. */
    late: count('total', 'late'),
    startLagP99Ms: numberAt(value, 'total', 'start_lag_p99_ms'),
  };
}

/** Reads the answer of `GET /admin/minutes`. */
export function parseRun(body: unknown): RunObservation {
  return {
    minutes: listAt(body, 'minutes').map((minute) => ({
      minute: numberAt(minute, 'minute') ?? -1,
      phase: textAt(minute, 'phase') ?? '',
      demo: cohortMinute(at(minute, 'demo')),
      baseline: cohortMinute(at(minute, 'baseline')),
      inFlight: numberAt(minute, 'load', 'inFlight') ?? 0,
    })),
    load: {
      scheduled: numberAt(body, 'load', 'scheduled') ?? 0,
      started: numberAt(body, 'load', 'started') ?? 0,
      dropped: numberAt(body, 'load', 'dropped') ?? 0,
      startLagP99Ms: numberAt(body, 'load', 'startLagP99Ms'),
    },
  };
}

/** Reads the answer of the console's `GET /api/summary`. */
export function parseSummary(body: unknown) {
  const window = at(body, 'windows', 'last60s');
  const catalog = listAt(window, 'routes').find(
    (route) =>
      textAt(route, 'service') === 'product-catalog' &&
      textAt(route, 'route') === 'GET /products' &&
      textAt(route, 'traffic') === 'baseline',
  );
  return {
    arriving: at(body, 'telemetry', 'arriving') === true,
    /** Age of the latest span (ms); null when none has come yet. */
    lastSpanAgeMs: numberAt(body, 'telemetry', 'lastSpanAgeMs'),
    /** Since the console started; null when it doesn't tell. */
    spansReceived: numberAt(body, 'telemetry', 'spansReceived'),
    baselineRequests: numberAt(window, 'traffic', 'baseline', 'requests') ?? 0,
    demoRequests: numberAt(window, 'traffic', 'demo', 'requests') ?? 0,
    /** Baseline's `GET /products` at product-catalog. */
    catalog: { requests: numberAt(catalog, 'requests') ?? 0, p95Ms: numberAt(catalog, 'p95Ms') },
  };
}

/** Reads the answer of `GET /api/summary` for one run. */
export function parseRunTelemetry(body: unknown) {
  return { ...parseSummary(body), lostRevenue: parseLostRevenue(body), flowAlert: parseFlowAlert(body) };
}

/** Reads the lost revenue (USD) of each demo minute in the answer of `GET /api/summary`. */
export function parseLostRevenue(body: unknown): Map<number, number> {
  const lost = new Map<number, number>();
  for (const each of listAt(body, 'run', 'minutes')) {
    const [minute, usd] = [numberAt(each, 'minute'), numberAt(each, 'lostRevenueUsd')];
    if (minute !== null && usd !== null) lost.set(minute, usd);
  }
  return lost;
}

/** Reads the flow alert in the answer of `GET /api/summary`; null where it has none. */
export function parseFlowAlert(body: unknown) {
  const found = at(body, 'flowAlert');
  const state = textAt(found, 'state');
  if (state !== 'armed' && state !== 'firing') return null;
  const sinceMinute = numberAt(found, 'since_minute');
  const [first] = listAt(found, 'incidents');
  return {
    state,
    /** First minute of the incident that is open; null while armed. */
    sinceMinute,
    /** First minute in which the run fired it; null when it has not. */
    firstMinute: numberAt(first, 'fromMinute') ?? sinceMinute,
  };
}

/** What of a service's `checks` (of /health or /readyz) is not well, each as `name: reason`. */
export function failingChecks(body: unknown): string[] {
  return Object.entries((at(body, 'checks') ?? {}) as Record<string, unknown>)
    .filter(([, result]) => result !== 'ok')
    .map(([check, result]) => `${check}: ${String(result)}`);
}

function cohortMinute(value: unknown): CohortMinute {
  return {
    rpm: numberAt(value, 'rpm') ?? 0,
    scheduled: numberAt(value, 'scheduled') ?? 0,
    completed: numberAt(value, 'completed') ?? 0,
    errors: numberAt(value, 'errors') ?? 0,
    errorRate: numberAt(value, 'errorRate') ?? 0,
    p50Ms: numberAt(value, 'p50Ms'),
    p95Ms: numberAt(value, 'p95Ms'),
  };
}
