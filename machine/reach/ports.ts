import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { codeOf, Refusal } from '../errors';
import { identifyProcess } from '../process-identity';
import { tcpFault } from './tcp';

const run = promisify(execFile);

/** First port of the embedded PostgreSQL, before `--port-offset`. */
export const POSTGRES_PORT = 15432;
/** First port of the local Redis, before `--port-offset`. */
export const REDIS_PORT = 16379;

const LAST_PORT = 65_535;

/** A port the shop needs, and for whom. */
export interface NeededPort {
  port: number;
  service: string;
}

/** Who listens there, as far as the system tells. */
export type FindHolder = (port: number) => Promise<string | null>;

/**
 * Checks that all ports are free on 127.0.0.1.
 *
 * @throws Refusal where there is no way to 127.0.0.1; else naming each port in use, the service that needs it, who holds it, and the remedy
 */
export async function requireFreePorts(
  needed: readonly NeededPort[],
  portOffset: number,
  findHolder: FindHolder = holderOf,
): Promise<void> {
  const states = await Promise.all(
    needed.map(async (entry) => ({ ...entry, free: await isFree(entry.port) })),
  );
  const taken = states.filter(({ free }) => !free);
  if (taken.length === 0) return;
  const lines = await Promise.all(
    taken.map(async ({ port, service }) => {
      const holder = await findHolder(port);
      return `Port ${String(port)} (${service}) is in use${holder === null ? '' : ` by ${holder}`}.`;
    }),
  );
  const isLast = Math.max(...needed.map(({ port }) => port)) + 1000 > LAST_PORT;
  lines.push(
    `Stop what uses ${taken.length === 1 ? 'it' : 'them'}, or move all of the shop's ports: ` +
      `npm start -- --port-offset ${String(portOffset + (isLast ? -1000 : 1000))}`,
  );
  throw new Refusal(lines.join('\n'));
}

/** Nobody answers there, and it can be bound (some systems let a second socket bind beside a wildcard one). */
async function isFree(port: number): Promise<boolean> {
  return !(await accepts(port)) && (await canBind(port));
}

/** What a connection to this machine itself ends with where there is no such way, as in a new network namespace. */
const NO_LOOPBACK = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN'];

/** Whether somebody is there, if only to say nothing. @throws Refusal where 127.0.0.1 leads nowhere */
async function accepts(port: number): Promise<boolean> {
  const code = codeOf(await tcpFault({ host: '127.0.0.1', port }, 500));
  if (code === null || !NO_LOOPBACK.includes(code)) return code === null;
  throw new Refusal(
    `127.0.0.1 cannot be reached from this machine (${code}), and the shop's processes talk by it: bring the loopback up ` +
      '(ip link set lo up), give a container a network, or allow IPv4 on lo.',
  );
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/** Asks `lsof`, then `ss`, for the listener of a port; null when neither is there or may tell. */
export async function holderOf(port: number): Promise<string | null> {
  const pid =
    (await ask('lsof', ['-nP', `-iTCP:${String(port)}`, '-sTCP:LISTEN', '-Fp'], parseLsof)) ??
    (await ask('ss', ['-Hltnp', `sport = :${String(port)}`], parseSs));
  if (pid === null) return null;
  const command = identifyProcess(pid)?.command ?? '';
  return `process ${String(pid)}${command === '' ? '' : ` (${shortened(command)})`}`;
}

/** A command line by its program and its end: of Node's that is the script, of a server's the last of many settings. */
export function shortened(command: string): string {
  if (command.length <= 80) return command;
  const program = path.basename(command.split(' ', 1)[0] ?? '');
  return `${program} …${command.slice(-60)}`;
}

async function ask(
  command: string,
  args: string[],
  parse: (text: string) => number | null,
): Promise<number | null> {
  try {
    const { stdout } = await run(command, args, { timeout: 3000 });
    return parse(stdout);
  } catch {
    return null;
  }
}

/** Reads the pid of `lsof -Fp`: a line `p1234`. */
export function parseLsof(text: string): number | null {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** Reads the pid of `ss -ltnp`: `users:(("node",pid=1234,fd=18))`. */
export function parseSs(text: string): number | null {
  const pid = /\bpid=(\d+)/.exec(text)?.[1];
  return pid === undefined ? null : Number(pid);
}
