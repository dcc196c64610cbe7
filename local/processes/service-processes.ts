import path from 'node:path';
import { CATALOG, urlVariable, type ServiceEntry, type ServiceName } from '../../services/catalog';
import type { DatabaseUrls } from '../postgres/database';
import type { ProcessSpec } from './supervised-process';

/** What the services of one shop need to know of each other. */
export interface ServiceSettings {
  /** Folder of the compiled tree (dist). */
  distDir: string;
  portOffset: number;
  databaseUrls: DatabaseUrls;
  redis: { url: string; kind: string };
  adminToken: string;
  /** OTLP/HTTP base URL the console forwards to; null: nowhere. */
  forwardOtlpTo: string | null;
  compileCacheDir: string;
  logDir: string;
  /** The runner's own environment. */
  env: NodeJS.ProcessEnv;
}

/** Keeps a service at about 60 MB: the young generation grows no further than needed. */
const NODE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=96'];

/** Port of a service, moved. */
export function servicePort(entry: Pick<ServiceEntry, 'port'>, portOffset: number): number {
  return entry.port + portOffset;
}

/** Base URL of each service. */
export function serviceUrls(portOffset: number): Record<ServiceName, string> {
  return Object.fromEntries(
    CATALOG.map((entry) => [entry.name, `http://127.0.0.1:${String(servicePort(entry, portOffset))}`]),
  ) as Record<ServiceName, string>;
}

/** How one service runs as a process of its own, with the environment of services/. */
export function serviceSpec(entry: ServiceEntry, settings: ServiceSettings): ProcessSpec {
  const { distDir } = settings;
  return {
    name: entry.name,
    command: process.execPath,
    args: [
      ...NODE_FLAGS,
      '--require',
      path.join(distDir, 'services', 'lib', 'telemetry', 'bootstrap.js'),
      path.join(distDir, 'services', 'main.js'),
    ],
    env: serviceEnvironment(entry, settings),
    cwd: path.dirname(distDir),
    user: null,
    logFile: path.join(settings.logDir, `${entry.name}.log`),
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
  };
}

function serviceEnvironment(entry: ServiceEntry, settings: ServiceSettings): NodeJS.ProcessEnv {
  const urls = serviceUrls(settings.portOffset);
  const { databaseRole } = entry;
  return {
    ...inherited(settings.env),
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: settings.compileCacheDir,
    SERVICE: entry.name,
    HOST: '127.0.0.1',
    PORT: String(servicePort(entry, settings.portOffset)),
    ...Object.fromEntries(entry.calls.map((name) => [urlVariable(name), urls[name]])),
    ...(databaseRole === null ? {} : { DATABASE_URL: settings.databaseUrls[databaseRole] }),
    ...(entry.stores.includes('redis') ? { REDIS_URL: settings.redis.url } : {}),
    REDIS_KIND: settings.redis.kind,
    ADMIN_TOKEN: settings.adminToken,
    OTEL_EXPORTER_OTLP_ENDPOINT: urls.console,
    ...(entry.name === 'console'
      ? {
          // The presenter's page reaches every service: health, run-time control, the storefront's address.
          ...Object.fromEntries(CATALOG.map(({ name }) => [urlVariable(name), urls[name]])),
          ...(settings.forwardOtlpTo === null
            ? {}
            : { CONSOLE_FORWARD_OTLP_ENDPOINT: settings.forwardOtlpTo }),
        }
      : {}),
  };
}

/** What of the runner's environment is the user's, and not npm's or the shell's about this very process. */
function inherited(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dropped =
    /^(npm_|INIT_CWD$|HOSTNAME$|NODE_OPTIONS$|NODE_COMPILE_CACHE$|DATABASE_URL$|REDIS_URL$|OTEL_SERVICE_NAME$|PG[A-Z]+$)/;
  return Object.fromEntries(Object.entries(env).filter(([key]) => !dropped.test(key)));
}
