import { context, trace } from '@opentelemetry/api';
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { z } from 'zod';
import { serviceEntry, type ServiceName } from '../catalog';
import {
  cohortFields,
  cohortOf,
  contextWithCohort,
  outsideRuns,
  trafficTypeOfPath,
  type Cohort,
} from './cohort';
import { closeEverything } from './closing';
import { readEnv } from './env';
import { HttpError, messageOf } from './errors';
import { knownHosts } from './requests/known-hosts';
import { logger } from './logger';
import { plainTarget, requireJson } from './requests/request-form';
import type { ScenarioSubscription } from './scenario-subscription';
import { RELEASE } from './telemetry/release';
import { requestMetrics } from './telemetry/request-metrics';
import { noteErrorReason } from './telemetry/request-outcome';
import { serverSpan } from './telemetry/server-span';
import { spanCounter } from './telemetry/span-counter';
import { shutdownTelemetry } from './telemetry/bootstrap';

/** After SIGTERM: how long open requests may take (ms), and when the process ends whatever happens. */
const DRAIN_MS = 1_500;
/** … and for how long idle connections may still bring a request (ms): the busy ones have all brought one by then. */
const IDLE_MS = 250;
const HARD_EXIT_MS = 4_000;
/** A request must be whole so long after it began (ms). */
const REQUEST_DEADLINE_MS = 15_000;
/** How routes are compared: as they are written. */
const LITERAL = { strict: true, caseSensitive: true } as const;

export interface ServiceOptions {
  name: ServiceName;
  routes: (router: Router) => void;
  /** Checks of /readyz: each resolves, or throws with the reason. */
  readiness?: Record<string, () => Promise<void> | void>;
  /** Further fields of /health. */
  health?: () => Record<string, unknown>;
  /** Ends what the service does by itself, before its connections are closed. */
  close?: () => Promise<void> | void;
  /** Where it has one, to be started here: /health tells the scenario from it, else from the last request's baggage. */
  subscription?: ScenarioSubscription;
}

/** Which of the machine's addresses a process listens on. */
export const HOST_VARIABLE = { HOST: z.string().default('0.0.0.0') };
/** Whether another process may listen on the port, too: this one's successor, before this one ends. Not every system can. */
const SHARE_VARIABLE = { SHARE_PORT: z.stringbool().default(false) };

/**
 * Runs a service: express with cohort, metrics, health routes and one error handler; listens on PORT; drains on
 * SIGTERM and SIGINT (readyz 503, open requests end, pools closed, telemetry flushed, hard timer).
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const env = readEnv({
    PORT: z.coerce.number().int().min(1).max(65_535).default(serviceEntry(options.name).port),
    ...HOST_VARIABLE,
    ...SHARE_VARIABLE,
  });
  options.subscription?.start();
  const state = newState();
  const app = createApp(options, state);
  const server = await listen(app, env.PORT, env.HOST, { reusePort: env.SHARE_PORT });
  logger.info({ 'server.port': env.PORT }, `${options.name} listens`);
  drainOnSignal(server, options, state);
}

/** Listens, with a deadline for whole requests. Resolves when it does; rejects e.g. for a port that is taken. */
export async function listen(
  app: express.Express,
  port: number,
  host: string,
  { deadlineMs = REQUEST_DEADLINE_MS, reusePort = false } = {},
): Promise<Server> {
  const server = createServer(
    {
      requestTimeout: deadlineMs,
      connectionsCheckingInterval: deadlineMs / 3,
      // Longer than any client keeps an idle connection, so that none meets a closing one.
      keepAliveTimeout: 65_000,
    },
    app,
  );
  server.listen({ port, host, reusePort });
  await once(server, 'listening');
  return server;
}

/**
 * Ends a server: no new connection is taken, what is under way may finish for `graceMs`. Idle connections stay for a moment:
 * on one that ended at once a client may just have sent its next request, which nobody would answer.
 */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  // The HTTP server's own ends them at once.
  NetServer.prototype.close.call(server);
  const timers = [
    setTimeout(() => server.close(), Math.min(IDLE_MS, graceMs)),
    setTimeout(() => server.closeAllConnections(), graceMs),
  ];
  await closed;
  // Its own, too, where all ended before: it also ends the timer that looks for late requests.
  server.close();
  for (const timer of timers) clearTimeout(timer);
}

/** An express whose routes are taken literally: `/api/checkout/` and `/API/Checkout` are no routes, and so no cohort's. */
export function strictExpress(): express.Express {
  const app = express();
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.disable('x-powered-by');
  app.disable('etag');
  return app;
}

interface ServiceState {
  draining: boolean;
  startedAt: number;
  /** The cohort of the last request that had one, and when that was (Unix ms). */
  seen: { cohort: Cohort; at: number } | null;
}

const newState = (): ServiceState => ({ draining: false, startedAt: Date.now(), seen: null });

/** What a service answers. */
export function createApp(options: ServiceOptions, state = newState()): express.Express {
  const app = strictExpress();
  app.use((_request, response, next) => {
    // While draining, callers must not keep the connection for their next request.
    if (state.draining) response.set('Connection', 'close');
    next();
  });
  app.use(knownHosts([options.name]));
  app.use(plainTarget());
  app.use(healthRoutes(options, state));
  app.use(cohortMiddleware(state));
  app.use(requestMetrics());
  app.use(requireJson());
  app.use(express.json({ limit: '64kb' }));
  const router = express.Router(LITERAL);
  options.routes(router);
  app.use(router);
  app.use((request) => {
    throw new HttpError(404, 'not-found', `No route ${request.method} ${request.path}`);
  });
  app.use(errorHandler);
  return app;
}

function cohortMiddleware(state: ServiceState): RequestHandler {
  return (request, _response, next) => {
    // Run-time control and telemetry belong to neither cohort.
    if (/^\/(admin|v1\/)/.test(request.path)) {
      next();
      return;
    }
    const active = context.active();
    const cohort = cohortOf(active);
    if (cohort) {
      state.seen = { cohort, at: Date.now() };
      next();
      return;
    }
    const fallback = outsideRuns(trafficTypeOfPath(request.path));
    // Half a cohort, or an unknown one, is not passed on.
    serverSpan()?.setAttributes(cohortFields(fallback));
    context.with(contextWithCohort(active, fallback), next);
  };
}

function healthRoutes(options: ServiceOptions, state: ServiceState): Router {
  const router = express.Router(LITERAL);
  router.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const { ready, checks } = await runChecks(options, state);
    response
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ready' : 'not-ready', release: RELEASE, checks });
  });
  router.get('/health', async (_request, response) => {
    const { ready, checks } = await runChecks(options, state);
    response.json({
      status: ready ? 'healthy' : 'degraded',
      service: options.name,
      uptime_seconds: Math.round((Date.now() - state.startedAt) / 1000),
      process: { rss_bytes: process.memoryUsage.rss(), spans_ended: spanCounter.ended },
      checks,
      scenario: seenScenario(options.subscription, state),
      ...options.health?.(),
    });
  });
  return router;
}

/** The scenario this service sees: from its subscription, else from the baggage of the last request it had. */
function seenScenario(subscription: ScenarioSubscription | undefined, state: ServiceState): unknown {
  const effective = subscription?.current();
  if (subscription && effective) {
    const position = subscription.position();
    return {
      source: effective.source,
      mode: effective.scenario.mode,
      run_id: effective.scenario.runId,
      state: position.state,
      minute: position.minute === null ? null : Math.floor(position.minute),
      phase: position.phase,
      paused: effective.pausedAt !== null,
      ...(effective.expiresAt === null
        ? {}
        : { expires_at: new Date(effective.expiresAt * 1000).toISOString() }),
    };
  }
  if (!state.seen) return { source: 'baggage', seen: false };
  const { runId, minute, phase } = state.seen.cohort;
  // It is as old as that request: a reader must see when it is stale.
  const seenSecondsAgo = Math.round((Date.now() - state.seen.at) / 1000);
  return { source: 'baggage', seen: true, seen_seconds_ago: seenSecondsAgo, run_id: runId, minute, phase };
}

async function runChecks(
  options: ServiceOptions,
  state: ServiceState,
): Promise<{ ready: boolean; checks: Record<string, string> }> {
  const checks: Record<string, string> = {};
  if (state.draining) checks.draining = 'the service is stopping';
  await Promise.all(
    Object.entries(options.readiness ?? {}).map(async ([name, check]) => {
      try {
        await check();
        checks[name] = 'ok';
      } catch (error) {
        checks[name] = messageOf(error);
      }
    }),
  );
  return { ready: Object.values(checks).every((result) => result === 'ok'), checks };
}

/** The one error handler: every error becomes `{error, reason, …}` with a fitting status. */
export const errorHandler: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const answer = toHttpError(error);
  if (answer.status >= 500) {
    noteErrorReason(response, answer.reason);
    const fields = {
      'error.type': answer.reason,
      'url.path': request.path,
      'http.response.status_code': answer.status,
    };
    serverSpan()?.recordException(error instanceof Error ? error : answer);
    if (answer.reason === 'internal-error') logger.error({ ...fields, err: error }, answer.message);
    else logger.debug({ ...fields, err: answer }, answer.message);
  }
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  if (traceId !== undefined) response.set('x-trace-id', traceId);
  response.status(answer.status).json({ error: answer.message, reason: answer.reason, ...answer.extra });
};

/** What body parsers and the router throw carries `status` and `type`. */
function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (type === 'entity.parse.failed') {
    return new HttpError(400, 'invalid-json', 'The body is not valid JSON.', {}, { cause: error });
  }
  if (type === 'entity.too.large') {
    return new HttpError(413, 'body-too-large', 'The body is too large.', {}, { cause: error });
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const message = error instanceof Error ? error.message : 'Bad request';
    return new HttpError(status, 'bad-request', message, {}, { cause: error });
  }
  return new HttpError(500, 'internal-error', 'Internal error', {}, { cause: error });
}

function drainOnSignal(server: Server, options: ServiceOptions, state: ServiceState): void {
  const drain = (signal: NodeJS.Signals): void => {
    if (state.draining) return;
    state.draining = true;
    logger.info({ 'shop.signal': signal }, `${options.name} stops`);
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
    void shutdown(server, options).then(() => process.exit(0));
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

async function shutdown(server: Server, options: ServiceOptions): Promise<void> {
  await closeServer(server, DRAIN_MS);
  await Promise.allSettled([options.close?.(), options.subscription?.close()]);
  await closeEverything();
  await shutdownTelemetry();
}
