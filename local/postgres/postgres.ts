import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KEEPALIVE_SETTINGS, SESSION_SETTINGS } from '../../scenario/sql/settings';
import { childEnvironment } from '../../machine/environment';
import { Refusal } from '../../machine/errors';
import { lastError } from '../processes/last-error';
import type { PostgresPlace } from './postgres-binaries';
import { asNamedUser, type SystemUser } from './postgres-user';
import { endProcesses, identifyProcess, parentOf } from '../../machine/process-identity';
import type { ProcessSpec } from '../processes/supervised-process';

/** Name of PostgreSQL's process in run.json, in logs and in messages. */
export const POSTGRES_NAME = 'postgresql';
export const SUPERUSER = 'postgres';

/** Of the server and of initdb: its messages in one language. */
const SERVER_ENVIRONMENT = childEnvironment(process.env, { LC_ALL: 'C' });

/** What `npm start` runs, as a command line shows it. */
const RUNNER = path.join('dist', 'local', 'main.js');

export interface PostgresOptions {
  place: PostgresPlace;
  user: SystemUser | null;
  port: number;
  maxConnections: number;
  logFile: string;
}

/** The folder holds a whole cluster. */
export function clusterExists(dataDir: string): boolean {
  return existsSync(path.join(dataDir, 'PG_VERSION'));
}

/**
 * Makes the cluster if there is none. An initdb that was killed leaves nothing that counts: it works in a draft
 * folder that is renamed at the end.
 *
 * @param signal ends initdb, and this rejects
 * @returns true when it was made now
 * @throws Refusal when the cluster is of another major version, or initdb fails
 */
export async function initialiseCluster(
  { place, user }: PostgresOptions,
  password: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { binaries, dataDir } = place;
  if (clusterExists(dataDir)) {
    const version = readFileSync(path.join(dataDir, 'PG_VERSION'), 'utf8').trim();
    if (version !== binaries.major) {
      throw new Refusal(
        `The database in ${dataDir} is of PostgreSQL ${version}, the program is ${binaries.major}. ` +
          'Delete the data folder; the next start makes and seeds a new one.',
      );
    }
    return false;
  }
  const draft = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (user) {
      chownSync(draft, user.uid, user.gid);
      chownSync(passwordFile, user.uid, user.gid);
    }
    await runInitdb(
      binaries.initdb,
      user,
      [
        `--pgdata=${draft}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
        '--no-instructions',
      ],
      signal,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, dataDir);
  return true;
}

function runInitdb(
  program: string,
  user: SystemUser | null,
  args: string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const [command, ...before] = asNamedUser(program, user);
    const child = spawn(command, [...before, ...args], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: SERVER_ENVIRONMENT,
      // Without the terminal's Ctrl-C: the signal ends it, then its leavings are removed.
      detached: true,
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    const end = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', end);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    child.once('error', reject);
    child.once('close', (code, endedBy) => {
      signal?.removeEventListener('abort', end);
      if (code === 0) resolve();
      else {
        reject(
          new Refusal(
            `PostgreSQL's initdb failed (${endedBy ?? `exit code ${String(code)}`}): ${errors.trim()}${remedyOf(errors)}`,
          ),
        );
      }
    });
  });
}

/** What helps against a failure of initdb that is the machine's; empty for others. */
export function remedyOf(errors: string): string {
  if (errors.includes('could not look up effective user ID')) {
    return (
      '\nThe user id that runs this has no name, and PostgreSQL wants one. Give it an entry in /etc/passwd ' +
      '(a container: run as a user of its image), or set ECOMMERCE_POSTGRES_URL to a server you have.'
    );
  }
  if (/No space left on device|could not (resize|create|open) shared memory/.test(errors)) {
    return (
      '\nThere is too little room for its data or for shared memory: make room, choose another folder with --data DIR, ' +
      'or (a container) start it with --shm-size 256m.'
    );
  }
  return '';
}

/**
 * Ends a PostgreSQL that a killed runner left on this very data folder, recognised by its command line; another
 * process that only has the same pid is left alone (PostgreSQL itself then ignores the stale file).
 *
 * @returns true when there was one
 * @throws Refusal when its runner lives: what says so, run.json, is gone or broken
 */
export async function endOrphanedPostgres(dataDir: string): Promise<boolean> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return false;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  const found = identifyProcess(pid);
  if (!found?.command.includes(`-D ${dataDir}`)) return false;
  const runner = identifyProcess(parentOf(pid) ?? 0);
  if (runner?.command.includes(RUNNER)) {
    throw new Refusal(
      `The shop already runs with this data folder (process ${String(runner.pid)}), though its run.json is gone or broken: ` +
        `end it there (Ctrl-C, or kill ${String(runner.pid)}), then start again.`,
    );
  }
  await endProcesses([found], { signal: 'SIGINT', lastSignal: 'SIGQUIT', graceMs: 10_000 });
  return true;
}

/** Settings of the server, as `-c` options: they count for every start and need no file. */
export function serverSettings(
  options: Pick<PostgresOptions, 'port' | 'maxConnections'>,
): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    // A socket's path may not exceed 103 bytes, a clone's can; TCP is enough.
    unix_socket_directories: '',
    max_connections: String(options.maxConnections),
    // Four times the catalog's 46 MB and more: a larger table is scanned through a small ring of buffers, page by page
    // from the system's cache, each with its checksum computed again, which costs a scan a quarter more CPU.
    shared_buffers: '256MB',
    ...SESSION_SETTINGS,
    // An order that was answered is there, whatever is killed: `off` lost 13 of 439 when the server was.
    synchronous_commit: 'on',
    ...KEEPALIVE_SETTINGS,
    // Nothing replicates: less to write while seeding.
    wal_level: 'minimal',
    max_wal_senders: '0',
    // Fewer helper processes: every one costs memory.
    io_method: 'sync',
    max_worker_processes: '2',
    // Beside the data, not in /dev/shm: containers make that small, or leave it out.
    dynamic_shared_memory_type: 'mmap',
    max_logical_replication_workers: '0',
    log_line_prefix: '%m [%p] %u ',
    timezone: 'UTC',
  };
}

/** How the server is run. */
export function postgresSpec(options: PostgresOptions): ProcessSpec {
  const { place, user, logFile } = options;
  return {
    name: POSTGRES_NAME,
    command: place.binaries.postgres,
    args: [
      '-D',
      place.dataDir,
      ...Object.entries(serverSettings(options)).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    env: SERVER_ENVIRONMENT,
    cwd: place.dataDir,
    user: user ? { uid: user.uid, gid: user.gid } : null,
    logFile,
    stopSignal: 'SIGINT',
    killSignal: 'SIGQUIT',
    // A killed postmaster's back ends notice within moments; a new one refuses to start before they are gone.
    beforeRestart: () => delay(200),
  };
}

/** What a server that does not come up wrote last, for a message. */
export function startFault(logFile: string): Refusal {
  const error = lastError(logFile) ?? 'it wrote nothing';
  return new Refusal(`PostgreSQL does not start: ${error}${remedyOf(error)}\nLog: ${logFile}`);
}
