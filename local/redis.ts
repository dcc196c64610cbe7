import { accessSync, constants, statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../machine/errors';
import type { ProcessSpec } from './processes/supervised-process';

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

/**
 * Decides which Redis serves: `REDIS_URL`, else a redis-server or valkey-server on PATH, else the embedded stand-in.
 *
 * @param distDir folder of the compiled local/ (where the stand-in lies)
 */
export function planRedis(options: {
  env: NodeJS.ProcessEnv;
  port: number;
  folder: string;
  logFile: string;
  distDir: string;
}): RedisPlan {
  const external = options.env.REDIS_URL;
  if (external) {
    return { kind: 'external', url: external, description: 'the one of REDIS_URL', spec: null };
  }
  const url = `redis://127.0.0.1:${String(options.port)}`;
  const common = {
    name: REDIS_NAME,
    cwd: options.folder,
    user: null,
    logFile: options.logFile,
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
  } as const;
  for (const kind of ['redis-server', 'valkey-server'] as const) {
    const command = findOnPath(kind, options.env.PATH ?? '');
    if (command === null) continue;
    const args = [
      ...['--port', String(options.port), '--bind', '127.0.0.1', '--dir', options.folder],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ...['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'],
    ];
    return {
      kind,
      url,
      description: `${kind} found at ${command}`,
      spec: { ...common, command, args, env: options.env },
    };
  }
  return {
    kind: 'stand-in',
    url,
    description: 'the embedded stand-in (no redis-server or valkey-server on PATH)',
    spec: {
      ...common,
      command: process.execPath,
      args: [
        ...['--max-semi-space-size=2', '--max-old-space-size=96'],
        path.join(options.distDir, 'redis-stand-in', 'main.js'),
        ...['--port', String(options.port)],
      ],
      env: options.env,
    },
  };
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

/**
 * Waits until Redis answers PING.
 *
 * @param hasFailed tells that waiting is in vain
 * @throws Refusal when it does not within `timeoutMs`; what `hasFailed` gives
 */
export async function waitForRedis(
  url: string,
  timeoutMs: number,
  hasFailed: () => Error | null = () => null,
): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  // A TLS or password-protected Redis of the user's own is the services' business: their /readyz tells.
  if (protocol !== 'redis:') return;
  const deadline = performance.now() + timeoutMs;
  while (!(await answers(hostname, Number(port || '6379')))) {
    const failed = hasFailed();
    if (failed) throw failed;
    if (performance.now() > deadline) {
      throw new Refusal(
        `Redis at ${hostname}:${port || '6379'} does not answer. Start it, or unset REDIS_URL to use a local one.`,
      );
    }
    await delay(40);
  }
}

/** Any reply counts: one that asks for a password is a Redis too. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => {
      finish(false);
    });
    socket.once('connect', () => socket.write('*1\r\n$4\r\nPING\r\n'));
    socket.once('data', () => {
      finish(true);
    });
    socket.once('error', () => {
      finish(false);
    });
  });
}
