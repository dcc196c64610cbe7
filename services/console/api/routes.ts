import type { RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { EffectiveScenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';
import { parseInput } from '../../lib/validate';
import type { Conductor } from '../conductor';
import { TRAFFIC_CLASSES } from '../store/facts';
import type { TelemetryStore } from '../store/telemetry-store';
import { serviceMap } from './service-map';
import { summarize } from './summary';
import { traceHeader, traceTree } from './trace-tree';

export interface ApiOptions {
  store: TelemetryStore;
  conductor: Conductor;
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
    .max(max, `must be at most ${String(max)}`)
    .default(fallback);

const summaryQuery = z.object({
  run_id: z.string().min(1).max(200).optional(),
  minutes: flag.default(true),
  minute_services: flag.default(true),
});
const tracesQuery = z.object({
  traffic: z.enum(TRAFFIC_CLASSES).optional(),
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
  traffic: z.enum(TRAFFIC_CLASSES).optional(),
  limit: limit(500, 50),
});

/** The reading end points of the console, JSON. */
export function mountApi(router: Router, options: ApiOptions): void {
  const { store, conductor } = options;
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
      redis: options.redis,
    });
    if (summary === null) {
      throw new HttpError(404, 'unknown-run', `No telemetry of run ${query.run_id ?? ''} is kept.`, {
        runs: store.aggregates.runIds(),
      });
    }
    return summary;
  });
  get('/api/traces', (request) => {
    const query = parseInput(tracesQuery, request.query);
    const traces = store.traces.list({
      limit: query.limit,
      ...(query.traffic === undefined ? {} : { traffic: query.traffic }),
      ...(query.error === undefined ? {} : { failed: query.error }),
    });
    return { traces: traces.map(traceHeader) };
  });
  get('/api/traces/:id', (request) => {
    const { id } = parseInput(traceParams, request.params);
    const trace = store.traces.get(id.toLowerCase());
    if (trace === null) {
      throw new HttpError(404, 'unknown-trace', `No trace ${id} is kept: the newest of each kind are.`);
    }
    return traceTree(trace, (linked) => store.traces.get(linked) !== null);
  });
  get('/api/service-map', () => serviceMap(store, now()));
  get('/api/logs', (request) => {
    const query = parseInput(logsQuery, request.query);
    return {
      logs: store.logs.list({
        limit: query.limit,
        ...(query.event === undefined ? {} : { event: query.event }),
        ...(query.traffic === undefined ? {} : { traffic: query.traffic }),
      }),
    };
  });
  get('/api/conductor', () => conductor.status());
}
