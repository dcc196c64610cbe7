import type { RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { EffectiveScenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';
import { parseInput } from '../../lib/validate';
import { renderChart } from '../../../report/drawing/chart';
import { renderHtml } from '../../../report/html';
import type { Report } from '../../../report/report';
import { evidenceOf, reportOf } from '../report/run-report';
import type { KnownRun } from '../runs/run-book';
import { SEEN_COHORTS } from '../store/facts';
import type { TelemetryStore } from '../store/telemetry-store';
import type { ConsoleView } from './view';
import { flowAlertOf } from './flow-alert';
import { summarize } from './summary';
import type { Curve } from './curve';
import { traceHeader, traceTree, type TraceTree } from './trace-tree';

export interface ApiOptions {
  store: TelemetryStore;
  view: ConsoleView;
  /** What counts now. */
  effective: () => EffectiveScenario | null;
  /** What stands for Redis, as the runner says; null when it does not. */
  redis: string | null;
  /** Unix ms. */
  now?: () => number;
}

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const limit = (max: number, fallback: number): z.ZodType<number> =>
  z.coerce
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`)
    .default(fallback);

const runId = z.string().min(1).max(200).optional();
const summaryQuery = z.object({
  run_id: runId,
  minutes: flag.default(true),
  minute_services: flag.default(true),
});
const runQuery = z.object({ run_id: runId });
const svgQuery = z.object({ run_id: runId, theme: z.enum(['light', 'dark', 'auto']).default('light') });
const reportQuery = z.object({ run_id: runId, download: flag.default(false) });
const tracesQuery = z.object({
  traffic: z.enum(SEEN_COHORTS).optional(),
  error: flag.optional(),
  limit: limit(200, 20),
});
const traceParams = z.object({
  id: z.string().regex(/^[0-9a-fA-F]{32}$/, 'must be a trace id: 32 hexadecimal digits'),
});
const logsQuery = z.object({
  event: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/, 'must be the name of an event, e.g. demo_checkout_failed')
    .optional(),
  traffic: z.enum(SEEN_COHORTS).optional(),
  limit: limit(500, 50),
});

/** The reading end points of the console, JSON. */
export function mountApi(router: Router, options: ApiOptions): void {
  const { store, view } = options;
  const now = options.now ?? Date.now;
  const get = (path: string, answer: (...args: Parameters<RequestHandler>) => unknown): void => {
    router.get(path, (request, response, next) => {
      response.set('cache-control', 'no-store').json(answer(request, response, next));
    });
  };
  get('/api/summary', (request) => {
    const query = parseInput(summaryQuery, request.query);
    const summary = summarize(store, {
      nowMs: now(),
      runId: query.run_id ?? null,
      minutes: query.minutes,
      minuteServices: query.minute_services,
      effective: options.effective(),
      ended: endedRun(view.run(null)),
      redis: options.redis,
    });
    if (summary === null) {
      throw new HttpError(404, 'unknown-run', `No telemetry of run ${query.run_id ?? ''} is kept.`, {
        runs: store.aggregates.runIds(),
      });
    }
    return {
      ...summary,
      flowAlert: flowAlertOf(store, view.run(summary.run?.runId ?? null), options.effective(), now()),
    };
  });
  const known = (runId: string | undefined): { run: KnownRun; curve: Curve } => {
    const [run, curve] = [view.run(runId ?? null), view.curve(runId ?? null)];
    if (run !== null && curve !== null) return { run, curve };
    throw new HttpError(
      404,
      'unknown-run',
      runId === undefined ? 'No run has been seen yet: start the outage first.' : `No run ${runId} is known.`,
    );
  };
  get('/api/curve', (request) => known(parseInput(runQuery, request.query).run_id).curve);
  get('/api/report', (request): Report => {
    const { curve, run } = known(parseInput(runQuery, request.query).run_id);
    return reportOf(curve, run);
  });
  router.get('/api/curve.svg', (request, response) => {
    const { run_id, theme } = parseInput(svgQuery, request.query);
    const { curve, run } = known(run_id);
    response
      .set({ 'cache-control': 'no-store', 'content-type': 'image/svg+xml; charset=utf-8' })
      .send(renderChart(reportOf(curve, run), { theme }));
  });
  router.get('/report', (request, response) => {
    const { run_id, download } = parseInput(reportQuery, request.query);
    const { curve, run } = known(run_id);
    const { html, policy } = renderHtml(
      reportOf(curve, run),
      evidenceOf(curve, view.explain(), reportTraces(store)),
      { writtenMs: now(), endedMs: run.endedMs },
    );
    response.set({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    });
    if (download) {
      response.set(
        'content-disposition',
        `attachment; filename="report-${curve.runId.replaceAll(/[^\w.-]/g, '_')}.html"`,
      );
    }
    response.send(html);
  });
  get('/api/traces', (request) => {
    const { limit, traffic, error: failed } = parseInput(tracesQuery, request.query);
    return { traces: store.traces.list({ limit, traffic, failed }).map(traceHeader) };
  });
  get('/api/traces/:id', (request) => {
    const { id } = parseInput(traceParams, request.params);
    const trace = store.traces.get(id.toLowerCase());
    if (trace === null) {
      throw new HttpError(404, 'unknown-trace', `No trace ${id} is kept: the newest of each kind are.`);
    }
    return traceTree(trace, (linked) => store.traces.get(linked) !== null);
  });
  get('/api/service-map', () => view.map());
  get('/api/explain', () => view.explain());
  get('/api/logs', (request) => {
    return { logs: store.logs.list(parseInput(logsQuery, request.query)) };
  });
  get('/api/conductor', () => view.conductor());
}

/** A run that has ended, and when. */
function endedRun(run: KnownRun | null): { runId: string; atMs: number } | null {
  return run?.endedMs == null ? null : { runId: run.runId, atMs: run.endedMs };
}

/** The newest failed and the newest good checkout that are whole, as examples. */
function reportTraces(store: TelemetryStore): { failing: TraceTree | null; healthy: TraceTree | null } {
  const newest = (failed: boolean): TraceTree | null => {
    const wanted = { traffic: 'demo', failed, answered: true, limit: 20 } as const;
    const quick = failed ? [] : store.traces.list({ ...wanted, slow: false });
    const found = quick.length > 0 ? quick : store.traces.list(wanted);
    const whole = found.filter(({ partial, root }) => !partial && root !== null);
    const best = whole.find((trace) => traceHeader(trace).waitedInVain) ?? whole[0] ?? found[0];
    return best === undefined ? null : traceTree(best, (linked) => store.traces.get(linked) !== null);
  };
  return { failing: newest(true), healthy: newest(false) };
}
