/** How often each service sends all of its metrics (ms). */
export const METRICS_INTERVAL_MS = 5_000;
