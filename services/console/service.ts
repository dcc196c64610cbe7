import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { applyIndexes } from '../../scenario/apply';
import { otlpBaseUrl } from '../../scenario/config/pasted-forms';
import { effectiveScenario, readState } from '../../scenario/state';
import { LONGEST_WAIT_SECONDS, SleepWatch } from '../../report/slept';
import { every } from '../lib/background';
import { readEnv } from '../lib/env';
import { logger } from '../lib/logger';
import { ObserverConnection } from '../lib/queries/observer-connection';
import { createRedis } from '../lib/redis';
import { ScenarioSubscription } from '../lib/scenario-subscription';
import { HOST_VARIABLE, runService } from '../lib/server';
import { mountApi } from './api/routes';
import { CacheEmptier } from './cache-emptier';
import { Conductor, type WithSession } from './conductor';
import { Confirmations } from './control/confirmations';
import { OverrideControl } from './control/override-control';
import { mountControl } from './control/routes';
import { PROTOCOLS, senderFor } from './otlp/forwarder/endpoint';
import { Forwarder } from './otlp/forwarder/forwarder';
import { parseHeaders } from './otlp/headers';
import { OtlpReceiver } from './otlp/receiver';
import { listenForOtlp, otlpVariables } from './otlp/server';
import { mountPage, securityHeaders } from './page/page';
import { RunBook } from './runs/run-book';
import { TelemetryStore } from './store/telemetry-store';
import { Broadcast } from './stream/broadcast';
import { StreamHub } from './stream/hub';
import { mountStream } from './stream/routes';
import { DatabaseObserver } from './system/database-observer';
import { ConsoleView } from './api/view';

const TICK_MS = 1000;
const CONNECT_TIMEOUT_MS = 3000;
/** How often it is looked whether the cache is to be emptied: a fraction of the shortest minute. */
const EMPTY_MS = 250;
/** How often PostgreSQL is asked for its indexes and the query's plan. */
const OBSERVE_MS = 2000;

/** A base URL in whatever form it was pasted; empty: none. */
function otlpEndpoint(text: string, context: z.RefinementCtx): string {
  const form = text === '' ? { value: '' } : otlpBaseUrl(text);
  if ('value' in form) return form.value;
  context.addIssue({ code: 'custom', message: form.fault });
  return z.NEVER;
}

/** Starts the console: OTLP receiver, store, reading end points, page, and the conductor of run-time control. */
export async function start(): Promise<void> {
  const env = readEnv({
    ...HOST_VARIABLE,
    ...otlpVariables,
    DATABASE_URL: z.string().min(1, 'the URL of the database, as role conductor'),
    REDIS_KIND: z.string().min(1).optional(),
    CONSOLE_FORWARD_OTLP_ENDPOINT: z.string().transform(otlpEndpoint).optional(),
    CONSOLE_FORWARD_OTLP_HEADERS: z.string().optional(),
    CONSOLE_FORWARD_OTLP_PROTOCOL: z.enum(PROTOCOLS).default('http/protobuf'),
    /** File of certificates (PEM) to believe besides the system's. */
    CONSOLE_FORWARD_OTLP_CERTIFICATE: z.string().optional(),
    CONSOLE_TRACE_LINK: z
      .url('a URL with {traceId} in it, such as https://vendor.example/trace/{traceId}')
      .refine(
        (url) => url.includes('{traceId}') && /^https?:/.test(url),
        'must be http(s) and contain {traceId}',
      )
      .or(z.literal(''))
      .optional(),
  });
  const store = new TelemetryStore();
  const forwarder = env.CONSOLE_FORWARD_OTLP_ENDPOINT
    ? new Forwarder({
        endpoint: env.CONSOLE_FORWARD_OTLP_ENDPOINT,
        sender: senderFor(env.CONSOLE_FORWARD_OTLP_PROTOCOL, {
          endpoint: env.CONSOLE_FORWARD_OTLP_ENDPOINT,
          headers: parseHeaders(env.CONSOLE_FORWARD_OTLP_HEADERS ?? ''),
          ca: env.CONSOLE_FORWARD_OTLP_CERTIFICATE
            ? readFileSync(env.CONSOLE_FORWARD_OTLP_CERTIFICATE, 'utf8')
            : null,
        }),
      })
    : null;
  const receiver = new OtlpReceiver(store, forwarder);
  const subscription = new ScenarioSubscription(env.DATABASE_URL, 'console');
  const withSession: WithSession = async (work) => {
    const session = new ObserverConnection(env.DATABASE_URL, 'console conductor', {
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // An index takes as long as it takes.
      statement_timeout: 0,
    });
    try {
      return await session.use(work);
    } finally {
      await session.close();
    }
  };
  const conductor = new Conductor({
    withSession,
    readEffective: async (sql) => effectiveScenario(await readState(sql)),
    applyIndexes,
    log: (fields, message) => {
      // As text: it is for who reads the console's own log, and no attribute of the shop's telemetry.
      logger[typeof fields.error === 'string' ? 'warn' : 'info'](`${message}: ${JSON.stringify(fields)}`);
    },
  });
  const emptier = new CacheEmptier({
    effective: () => subscription.current(),
    withRedis: async (work) => {
      const redis = createRedis();
      try {
        return await work(redis);
      } finally {
        redis.disconnect();
      }
    },
    log: (message) => logger.info(message),
    now: Date.now,
  });
  const runs = new RunBook((beganMs) => store.beginRun(beganMs));
  const observer = new DatabaseObserver(env.DATABASE_URL);
  const confirmations = new Confirmations();
  const view = new ConsoleView({
    store,
    runs,
    conductor,
    confirmations,
    observer,
    effective: () => subscription.current(),
    traceLink:
      env.CONSOLE_TRACE_LINK === undefined || env.CONSOLE_TRACE_LINK === '' ? null : env.CONSOLE_TRACE_LINK,
    now: Date.now,
  });
  const control = new OverrideControl({
    withSession,
    confirmations,
    originalOf: (runId) => runs.get(runId)?.original ?? null,
  });
  const sleep = new SleepWatch();
  const hub = new StreamHub();
  const broadcast = new Broadcast(view, hub);
  subscription.onChange((effective) => {
    runs.follow(effective);
    const run = runs.latest();
    if (run !== null) store.holdRun(run.runId);
    conductor.follow(effective);
    // What this misses the timer reads.
    void observer.look().catch(() => undefined);
  });
  const tasks = [
    every(TICK_MS, 'telemetry store', () => {
      store.tick();
      view.tick();
    }),
    every(TICK_MS, 'sleep', () => {
      const gap = sleep.look(LONGEST_WAIT_SECONDS);
      if (gap !== null) runs.slept(gap);
    }),
    every(TICK_MS, 'stream', () => broadcast.tick()),
    every(OBSERVE_MS, 'database observer', () => observer.look()),
    every(TICK_MS, 'hold', () => control.keepHold(subscription.current())),
    every(TICK_MS, 'conductor', () => conductor.work()),
    every(EMPTY_MS, 'cache', () => emptier.look()),
    ...(forwarder === null ? [] : [every(TICK_MS, 'OTLP forwarding', () => forwarder.pump())]),
  ];
  // Before the server waits for its connections: a stream never ends by itself.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => hub.close());
  }
  const closeOtlp = await listenForOtlp(receiver, {
    port: env.OTLP_PORT,
    host: env.HOST,
    token: env.OTLP_TOKEN,
  });
  await runService({
    name: 'console',
    subscription,
    routes: (router) => {
      router.use(securityHeaders());
      mountApi(router, {
        store,
        view,
        effective: () => subscription.current(),
        redis: env.REDIS_KIND ?? null,
      });
      mountStream(router, hub, broadcast);
      mountControl(router, control);
      mountPage(router);
    },
    readiness: {
      scenario: () => subscription.assertKnown(),
    },
    health: () => ({
      receiver: receiver.counts,
      store: store.sizes(),
      forwarding: forwarder?.status() ?? null,
      conductor: conductor.status(),
      stream: hub.status(),
      redis: env.REDIS_KIND ?? null,
    }),
    close: async () => {
      for (const task of tasks) task.stop();
      await Promise.allSettled([closeOtlp(), observer.close()]);
      await forwarder?.close();
    },
  });
}
