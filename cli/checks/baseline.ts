import { availableParallelism, loadavg } from 'node:os';
import { duration, percent } from '../../report/format';
import { BASELINE_ERROR_RATE, CATALOG_P95_MS, JOURNEY_P95_MS, LEAST_REQUESTS } from '../../report/limits';
import { countedBetween } from '../observation/answers';
import { largest } from '../observation/replicas';
import { failed, ok, type Finding } from './check';
import type { CheckContext } from './context';

/** How often the sliding windows are looked at (ms). */
const EVERY_MS = 5000;
/** How far the offered rate may lie from the configured one, as share; and always by so many journeys. */
const RATE_BAND = 0.15;
const RATE_SLACK = 3;

/** Baseline as counted between two looks; sums over the load generator's replicas. */
export interface BaselineWindow {
  seconds: number;
  requests: number;
  errors: number;
  /** Journeys a minute that the scenario wants. */
  targetRpm: number;
  /** The worst p95 of any whole minute in it (ms); null in a shorter look, or without enough requests. */
  journeyP95Ms: number | null;
  catalogP95Ms: number | null;
}

/** Watches baseline for `seconds`. */
export async function checkBaseline(context: CheckContext, seconds: number): Promise<Finding> {
  const { observer } = context;
  const first = await observer.traffic();
  const started = performance.now();
  let journey: number | null = null;
  let catalog: number | null = null;
  for (;;) {
    const left = seconds * 1000 - (performance.now() - started);
    if (left <= 0) break;
    await context.wait(Math.min(EVERY_MS, left));
    // Only windows that lie within the look: what was before is not its doing.
    const lookedFor = (performance.now() - started) / 1000;
    if (lookedFor < Math.min(60, seconds)) continue;
    const now = (await observer.traffic()).baseline;
    if (seconds >= 60 && now.rpm >= LEAST_REQUESTS) journey = largest([journey, now.p95Ms]);
    if (seconds < 60) continue;
    const seen = (await observer.telemetry()).catalog;
    if (seen.requests >= LEAST_REQUESTS) catalog = largest([catalog, seen.p95Ms]);
  }
  const last = await observer.traffic();
  const { requests, errors } = countedBetween(first, last, 'baseline');
  const finding = judgeBaseline({
    seconds: (performance.now() - started) / 1000,
    requests,
    errors,
    targetRpm: last.baseline.targetRpm,
    journeyP95Ms: journey,
    catalogP95Ms: catalog,
  });
  // Most of them failing is no sign of a slow machine.
  if (finding.state !== 'failed' || errors > 0.5 * requests || context.target.kind !== 'local')
    return finding;
  const cores = availableParallelism();
  const load = loadavg()[0] ?? 0;
  return load > cores
    ? failed(
        `${finding.figures} (load ${load.toFixed(1)} on ${cores} cores)`,
        'this machine is busy: end what else runs on it, or start the shop with a smaller --scale',
      )
    : finding;
}

/** Green: at most 2 % fail (one may, of few), p95 within the run's bounds, the rate as configured. */
export function judgeBaseline(window: BaselineWindow): Finding {
  const { seconds, requests, errors, targetRpm, journeyP95Ms, catalogP95Ms } = window;
  const expected = (targetRpm * seconds) / 60;
  const figures =
    `${errors} of ${requests} journeys failed in ${duration(seconds * 1000)}` +
    (requests > 0
      ? ` (${percent(errors / requests)}, ${Math.round((requests * 60) / seconds)} a minute)`
      : '') +
    (journeyP95Ms === null ? '' : `, p95 ${Math.round(journeyP95Ms)} ms`) +
    (catalogP95Ms === null ? '' : ` (catalog ${Math.round(catalogP95Ms)} ms)`);
  const faults = [
    requests < 0 && 'the load generator was restarted in the middle',
    requests === 0 && 'no journey ended',
    errors > 1 && errors / requests > BASELINE_ERROR_RATE && 'at most 2 % may fail',
    requests > 0 &&
      Math.abs(requests - expected) > Math.max(RATE_SLACK, expected * RATE_BAND) &&
      `${Math.round(expected)} journeys were to come`,
    (journeyP95Ms ?? 0) > JOURNEY_P95_MS && `p95 at most ${JOURNEY_P95_MS} ms`,
    (catalogP95Ms ?? 0) > CATALOG_P95_MS && `the catalog's p95 at most ${CATALOG_P95_MS} ms`,
  ].filter((fault) => fault !== false);
  return faults.length === 0 ? ok(figures) : failed(`${figures}: ${faults.join(', ')}`);
}
