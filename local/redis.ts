import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { requireAddress } from '../machine/address';
import type { DataFolder } from '../machine/data-folder';
import { childEnvironment } from '../machine/environment';
import { Refusal } from '../machine/errors';
import { tcpFault } from '../machine/reach/tcp';
import { NODE_FLAGS } from './processes/service-processes';
import type { ProcessSpec } from './processes/supervised-process';
import { endedTimes, type Supervisor } from './processes/supervisor';
import { waitUntilWell } from './processes/wait';
import type { Reporter } from './progress';

/** Name of Redis's process in run.json, in logs and in messages. */
export const REDIS_NAME = 'redis';

/** Which Redis is used; the page says so (`REDIS_KIND`). */
export type RedisKind = 'external' | 'redis-server' | 'valkey-server' | 'stand-in';

export interface RedisPlan {
  kind: RedisKind;
  url: string;
  /** For people. */
  description: string;
  /** Null for one we do not run. */
  spec: ProcessSpec | null;
}

/** Decides which Redis serves: `REDIS_URL`, else a redis-server or valkey-server on PATH, else the embedded stand-in. @throws Refusal for a URL that is none */
export function planRedis(options: {
  env: NodeJS.ProcessEnv;
  port: number;
  folder: Pick<DataFolder, 'redis' | 'logs'>;
}): RedisPlan {
  const { env, port, folder } = options;
  const external = env.REDIS_URL;
  if (external) {
    requireAddress('REDIS_URL', external, ['redis:', 'rediss:'], {
      what: 'the URL of a Redis',
      example: 'redis://localhost:6379',
      otherwise: 'unset it to use a local one',
    });
    return { kind: 'external', url: external, description: 'the one of REDIS_URL', spec: null };
  }
  const local = (kind: RedisKind, description: string, command: string, args: string[]): RedisPlan => ({
    kind,
    url: `redis://127.0.0.1:${String(port)}`,
    description,
    spec: {
      name: REDIS_NAME,
      command,
      args: [...args, '--port', String(port)],
      env: childEnvironment(env),
      cwd: folder.redis,
      user: null,
      logFile: path.join(folder.logs, 'redis.log'),
      stopSignal: 'SIGTERM',
      killSignal: 'SIGKILL',
    },
  });
  for (const kind of ['redis-server', 'valkey-server'] as const) {
    const command = findOnPath(kind, env.PATH ?? '');
    if (command === null) continue;
    return local(kind, `${kind} found at ${command}`, command, [
      ...['--bind', '127.0.0.1', '--dir', folder.redis],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ...['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'],
    ]);
  }
  return local(
    'stand-in',
    'the embedded stand-in (no redis-server or valkey-server on PATH)',
    process.execPath,
    [...NODE_FLAGS, path.join(__dirname, 'redis-stand-in', 'main.js')],
  );
}

function findOnPath(name: string, searchPath: string): string | null {
  for (const folder of searchPath.split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (folder !== '' && statSync(candidate).isFile()) return candidate;
    } catch {
      // Not there, or not ours to run.
    }
  }
  return null;
}

/** Starts the planned Redis, or waits for the user's own. @throws Refusal when it does not answer, or keeps ending */
export async function startRedis(plan: RedisPlan, supervisor: Supervisor, reporter: Reporter): Promise<void> {
  const step = reporter.step('Redis');
  const { spec } = plan;
  const supervised = spec ? supervisor.start(spec) : null;
  const { hostname, port, protocol } = new URL(plan.url);
  const at = { host: hostname, port: Number(port || '6379') };
  await waitUntilWell({
    // A TLS or password-protected Redis of the user's own is the services' business: their /readyz tells.
    // Any reply counts: one that asks for a password is a Redis too.
    ask: async () =>
      protocol === 'redis:' && (await tcpFault(at, 1000, '*1\r\n$4\r\nPING\r\n')) ? 'no answer' : null,
    hasFailed: () => {
      if (supervisor.stopping) return new Error('stopped');
      const crashes = supervised?.restarts ?? 0;
      return crashes < 3
        ? null
        : new Refusal(
            `Redis does not start: ${endedTimes(crashes, supervised ?? undefined)}. Log: ${spec?.logFile ?? ''}`,
          );
    },
    tooLate: () =>
      new Refusal(
        `Redis at ${at.host}:${String(at.port)} does not answer. Start it, or unset REDIS_URL to use a local one.`,
      ),
    timeoutMs: 15_000,
    everyMs: 40,
  });
  step.done(plan.description);
}
