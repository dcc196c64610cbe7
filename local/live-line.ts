import { getJson, type JsonAnswer } from '../machine/http';
import { at, listAt, numberAt, textAt } from '../machine/json';
import { dollars } from '../report/format';

/** What the live line shows. */
export type LiveView = ReturnType<typeof toLiveView>;

/** Asks load generator, product-catalog and console; null while the load generator does not answer. */
export async function readLiveView(
  urls: { 'load-generator': string; 'product-catalog': string; console: string },
  token: string,
): Promise<LiveView | null> {
  const ask = (url: string): Promise<JsonAnswer | null> =>
    getJson(url, { timeoutMs: 900, token }).catch(() => null);
  const [stats, catalog, summary, console] = await Promise.all([
    ask(`${urls['load-generator']}/admin/traffic-stats`),
    ask(`${urls['product-catalog']}/health`),
    ask(`${urls.console}/api/summary?minutes=false`),
    ask(`${urls.console}/health`),
  ]);
  if (stats?.status !== 200) return null;
  return toLiveView(stats.body, catalog?.body ?? null, summary?.body ?? null, console?.body ?? null);
}

/**
 * Reads the answers of `GET /admin/traffic-stats`, of product-catalog's `GET /health`, and of the console's
 * `GET /api/summary` and `GET /health`.
 */
export function toLiveView(stats: unknown, catalogHealth: unknown, summary: unknown, consoleHealth: unknown) {
  const cohort = (name: 'baseline' | 'demo') => ({
    rpm: numberAt(stats, name, 'last_10s', 'rpm'),
    /** As the load generator writes it, e.g. `0.0%`. */
    errorRate: textAt(stats, name, 'last_10s', 'error_rate'),
    p95Ms: numberAt(stats, name, 'last_10s', 'p95_ms'),
  });
  const pool = (key: string): number | null => numberAt(catalogHealth, 'pools', 'recommendation', key);
  const [used, max, pending] = [pool('used'), pool('max'), pool('pending')];
  const runId = textAt(stats, 'run_id');
  return {
    runId,
    minute: numberAt(stats, 'demo', 'demo_minute'),
    phase: textAt(stats, 'phase'),
    baseline: cohort('baseline'),
    demo: cohort('demo'),
    pool: used !== null && max !== null ? { used, max, pending: pending ?? 0 } : null,
    /** USD lost by the run's failed checkouts so far, as its telemetry tells; null outside a run. */
    lostRevenueUsd: runId === null ? null : lostRevenueOf(summary, runId),
    /** What is wrong with forwarding; null where nothing is, or nothing is forwarded. */
    forwardingTrouble: forwardingTrouble(at(consoleHealth, 'forwarding')),
  };
}

/** The console may know another run only: an earlier one, or none while telemetry is on its way. */
function lostRevenueOf(summary: unknown, runId: string): number | null {
  const run = listAt(summary, 'runs').find((each) => textAt(each, 'runId') === runId);
  return numberAt(run, 'lostRevenueUsd');
}

/** How long telemetry may wait before it is said: a slow end point is no fault (s). */
const PATIENCE_SECONDS = 10;

/** What of the console's forwarding a presenter must know: what does not arrive at the vendor, and why. */
export function forwardingTrouble(forwarding: unknown): string | null {
  const [lost, refused] = [numberAt(forwarding, 'lost') ?? 0, numberAt(forwarding, 'refused') ?? 0];
  const oldest = numberAt(forwarding, 'oldestSeconds') ?? 0;
  const parts = [
    ...(refused > 0 ? [`${String(refused)} refused`] : []),
    ...(lost > 0 ? [`${String(lost)} lost`] : []),
    ...(oldest > PATIENCE_SECONDS ? [`waiting for ${String(oldest)} s`] : []),
  ];
  if (parts.length === 0) return null;
  const why = textAt(forwarding, 'lastError');
  return `OTLP ${parts.join(', ')}${why === null ? '' : ` (${why})`}`;
}

/** The line itself, without styles. */
export function liveLine(view: LiveView | null, now: Date): string {
  const clock = now.toLocaleTimeString('sv-SE');
  if (view === null) return `${clock}  the load generator does not answer`;
  const where =
    view.minute === null ? (view.phase ?? 'starting') : `minute ${String(view.minute)} ${view.phase ?? ''}`;
  const parts = [
    `${clock}  ${where.trim()}`,
    `baseline ${cohortText(view.baseline)}`,
    `demo ${cohortText(view.demo)}`,
  ];
  if (view.pool) {
    const waiting = view.pool.pending > 0 ? ` +${String(view.pool.pending)} waiting` : '';
    parts.push(`pool ${String(view.pool.used)}/${String(view.pool.max)}${waiting}`);
  }
  if (view.lostRevenueUsd !== null) parts.push(`lost ${dollars(view.lostRevenueUsd)}`);
  if (view.forwardingTrouble !== null) parts.push(view.forwardingTrouble);
  return parts.join('  |  ');
}

function cohortText({ rpm, errorRate, p95Ms }: LiveView['demo']): string {
  const p95 =
    p95Ms === null
      ? '-'
      : p95Ms < 1000
        ? `${String(Math.round(p95Ms))} ms`
        : `${(p95Ms / 1000).toFixed(1)} s`;
  return `${rpm === null ? '-' : String(Math.round(rpm))} rpm ${errorRate ?? '-'} errors p95 ${p95}`;
}
