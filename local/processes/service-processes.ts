import path from 'node:path';
import { COMPILE_CACHE } from '../../machine/node/compile-cache';
import type { DataFolder } from '../../machine/data-folder';
import { FOR_CHILD, childEnvironment, type LogLevel } from '../../machine/environment';
import {
  CATALOG,
  CONSOLE_OTLP,
  CORALOGIX_SEMCONV_OPT_IN,
  coralogixAttributes,
  isCoralogix,
  releaseVariables,
  urlVariable,
  type ReleaseChoice,
  type ServiceEntry,
  type ServiceName,
} from '../../services/catalog';
import type { DatabaseUrls } from '../postgres/database';
import type { Reporter } from '../progress';
import { secretWord } from '../../machine/bearer';
import type { ProcessSpec } from './supervised-process';
import type { Supervisor } from './supervisor';

/** From a cold start on one slow core: initdb, a seeding, thirteen Node processes (ms). */
export const READY_TIMEOUT_MS = 120_000;

/** The compiled tree (dist). */
const DIST = path.resolve(__dirname, '..', '..');

/** By what the processes of one run know each other; made anew for each run. */
export function newRunKeys() {
  return {
    /** The console takes telemetry from who bears it. */
    otlp: secretWord(),
    /** A cohort is believed with it. */
    cohort: secretWord(),
  };
}

/** Where the console forwards telemetry to, and how. */
export interface Forwarding {
  /** OTLP base URL. */
  endpoint: string;
  protocol: string;
  headers: readonly { name: string; value: string }[];
  /** File of certificates (PEM). */
  ca: string | null;
}

/** Its variables, as OTEL_EXPORTER_OTLP_… has them. */
function forwardingVariables({ endpoint, protocol, headers, ca }: Forwarding): Record<string, string> {
  return {
    CONSOLE_FORWARD_OTLP_ENDPOINT: endpoint,
    CONSOLE_FORWARD_OTLP_PROTOCOL: protocol,
    ...(headers.length === 0
      ? {}
      : {
          CONSOLE_FORWARD_OTLP_HEADERS: headers
            .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
            .join(','),
        }),
    ...(ca === null ? {} : { CONSOLE_FORWARD_OTLP_CERTIFICATE: ca }),
  };
}

/** What the services of one shop need to know of each other. */
export interface ServiceSettings {
  portOffset: number;
  databaseUrls: DatabaseUrls;
  redis: { url: string; kind: string };
  adminToken: string;
  /** Secrets of this run. */
  keys: ReturnType<typeof newRunKeys>;
  /** Where the console forwards telemetry to; null: nowhere. */
  forwarding: Forwarding | null;
  folder: Pick<DataFolder, 'logs'>;
  /** Hosts by which people may call the shop besides this machine's own, comma-separated. */
  knownHosts: string;
  /** Which releases run; what rolls a service changes it. */
  releases: ReleaseChoice;
  /** The runner's own environment. */
  env: NodeJS.ProcessEnv;
  /** Null: the services' own default. */
  logLevel: LogLevel | null;
}

/**
 * Keeps a service at about 60 MB: the young generation grows no further than needed, and begins where it ends, since
 * loading fills it many times over. No module lies behind a link, so none is looked for (a twelfth of a start's CPU).
 */
export const NODE_FLAGS = [
  '--min-semi-space-size=2',
  '--max-semi-space-size=2',
  '--max-old-space-size=96',
  '--preserve-symlinks',
  '--preserve-symlinks-main',
];

/**
 * Whether a process may listen on the port that its predecessor still has, so that a release is rolled without a moment in
 * which nobody does. macOS can't: there the old one ends first.
 */
export const SHARES_PORTS = process.platform === 'linux';

/** Port of a service, moved. */
export function servicePort(entry: Pick<ServiceEntry, 'port'>, portOffset: number): number {
  return entry.port + portOffset;
}

/** Base URL of the console's OTLP port. */
export function otlpUrl(portOffset: number): string {
  return `http://127.0.0.1:${String(servicePort(CONSOLE_OTLP, portOffset))}`;
}

/** Base URL of each service. */
export function serviceUrls(portOffset: number): Record<ServiceName, string> {
  return Object.fromEntries(
    CATALOG.map((entry) => [entry.name, `http://127.0.0.1:${String(servicePort(entry, portOffset))}`]),
  ) as Record<ServiceName, string>;
}

/** How one service runs as a process of its own, with the environment of services/. */
export function serviceSpec(entry: ServiceEntry, settings: ServiceSettings): ProcessSpec {
  return {
    name: entry.name,
    command: process.execPath,
    args: [
      ...NODE_FLAGS,
      '--require',
      path.join(DIST, 'services', 'lib', 'telemetry', 'bootstrap.js'),
      path.join(DIST, 'services', 'main.js'),
    ],
    env: serviceEnvironment(entry, settings),
    cwd: path.dirname(DIST),
    user: null,
    logFile: path.join(settings.folder.logs, `${entry.name}.log`),
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
  };
}

/** What a service reads: see its `readEnv`. */
export function serviceEnvironment(entry: ServiceEntry, settings: ServiceSettings): NodeJS.ProcessEnv {
  const { databaseUrls, redis, logLevel, forwarding, keys, portOffset, knownHosts } = settings;
  const urls = serviceUrls(portOffset);
  const isConsole = entry.name === 'console';
  // The presenter's page reaches every service: health, run-time control, the storefront's address.
  const calls = isConsole ? CATALOG.map(({ name }) => name) : [...entry.calls, ...entry.mayCall];
  return childEnvironment(
    settings.env,
    {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      SERVICE: entry.name,
      ...releaseVariables(entry.name, settings.releases),
      ...(entry.name in settings.releases && SHARES_PORTS ? { SHARE_PORT: 'true' } : {}),
      HOST: '127.0.0.1',
      PORT: String(servicePort(entry, portOffset)),
      ...Object.fromEntries(calls.map((name) => [urlVariable(name), urls[name]])),
      ...(entry.databaseRole === null ? {} : { DATABASE_URL: databaseUrls[entry.databaseRole] }),
      ...(entry.stores.includes('redis') ? { REDIS_URL: redis.url } : {}),
      ...(entry.adminToken ? { ADMIN_TOKEN: settings.adminToken } : {}),
      ...(entry.shop ? { COHORT_KEY: keys.cohort } : {}),
      ...(knownHosts === '' ? {} : { KNOWN_HOSTS: knownHosts }),
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl(portOffset),
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(`Bearer ${keys.otlp}`)}`,
      // The same as in a cluster, so that forwarded telemetry fills the same screens.
      OTEL_RESOURCE_ATTRIBUTES: coralogixAttributes(entry.name).join(','),
      ...(forwarding !== null && isCoralogix(forwarding.endpoint)
        ? { OTEL_SEMCONV_STABILITY_OPT_IN: CORALOGIX_SEMCONV_OPT_IN }
        : {}),
      ...(isConsole
        ? {
            REDIS_KIND: redis.kind,
            OTLP_PORT: String(servicePort(CONSOLE_OTLP, portOffset)),
            OTLP_TOKEN: keys.otlp,
          }
        : {}),
      ...(logLevel === null ? {} : { LOG_LEVEL: logLevel }),
      ...(isConsole && forwarding !== null ? forwardingVariables(forwarding) : {}),
    },
    isConsole ? [FOR_CHILD.console, FOR_CHILD.outside] : [],
  );
}

/** Starts services and waits until each is ready. @throws Refusal when one is not in time, or keeps crashing */
export async function readyServices(
  supervisor: Supervisor,
  settings: ServiceSettings,
  names: readonly ServiceName[],
  reporter: Reporter,
): Promise<void> {
  const urls = serviceUrls(settings.portOffset);
  const step = reporter.step(names.length === 1 ? names.join() : 'Services');
  const waiting = new Set(names);
  const began = performance.now();
  step.progress(`0 of ${String(names.length)} ready`);
  for (const entry of CATALOG) if (waiting.has(entry.name)) supervisor.start(serviceSpec(entry, settings));
  await Promise.all(
    names.map(async (name) => {
      await supervisor.waitReady(name, urls[name], READY_TIMEOUT_MS);
      waiting.delete(name);
      reporter.detail(`${name} ready after ${String(Math.round(performance.now() - began))} ms`);
      step.progress(
        `${String(names.length - waiting.size)} of ${String(names.length)} ready` +
          (waiting.size <= 4 ? `, waiting for ${[...waiting].join(', ')}` : ''),
      );
    }),
  );
  step.done(names.length === 1 ? 'ready' : `${String(names.length)} ready`);
}
