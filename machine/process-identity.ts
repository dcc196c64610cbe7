import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, hasCode } from './errors';

/**
 * What tells a process from a later one with the same pid. `startedAt` is an opaque text (ticks since boot with the
 * boot's id on Linux, `lstart` of ps elsewhere).
 */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
  command: string;
}

/** The process with this pid, null when there is none (a zombie counts as none). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

/** What was written down of a process. `startedAt` is null where the system could not tell it: the pid must do then. */
export interface RecordedIdentity {
  pid: number;
  startedAt: string | null;
}

/** This process, to be written down. */
export function currentProcess(): RecordedIdentity {
  return { pid: process.pid, startedAt: identifyProcess(process.pid)?.startedAt ?? null };
}

/** Whether a process with this pid runs, be it another user's. A zombie does not. */
export function isAlive(pid: number): boolean {
  if (identifyProcess(pid) !== null) return true;
  // The system may hide another user's processes; that one is there is all that can be known then.
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Whether the very process that was recorded still runs. */
export function isRunning({ pid, startedAt }: RecordedIdentity): boolean {
  return startedAt === null ? isAlive(pid) : identifyProcess(pid)?.startedAt === startedAt;
}

/** The pid of a process's parent; null when there is no such process. */
export function parentOf(pid: number): number | null {
  try {
    const text = existsSync('/proc/self/stat')
      ? statFields(pid)[1]
      : execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
    return Number(text) || null;
  } catch {
    return null;
  }
}

/** The fields of a process's `stat` (Linux) from its state on. @throws without such a process */
export function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The name in parentheses may contain spaces and parentheses; fields count from behind the last one.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function fromProc(pid: number): ProcessIdentity | null {
  try {
    const fields = statFields(pid);
    const [state, ticks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticks === undefined) return null;
    const command = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      .split('\0')
      .join(' ')
      .trim();
    return { pid, startedAt: `${bootId()}/${ticks}`, command };
  } catch {
    return null;
  }
}

/** Ticks count from the boot, so they mean nothing after the next one. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'boot';
  }
}

function fromPs(pid: number): ProcessIdentity | null {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)], {
      encoding: 'utf8',
      // One spelling of a moment, whoever asks.
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parsePsLine(pid, text);
  } catch {
    return null;
  }
}

/** Reads one line of `ps -o stat=,lstart=,command=`, e.g. `S+  Sat Nov 21 13:21:07 2026 node main.js`. */
export function parsePsLine(pid: number, line: string): ProcessIdentity | null {
  const match = /^\s*(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+\d\d:\d\d:\d\d\s+\d{4})\s+(.*)$/m.exec(line);
  if (!match || match[1]?.startsWith('Z')) return null;
  return { pid, startedAt: (match[2] ?? '').replace(/\s+/g, ' '), command: (match[3] ?? '').trim() };
}

/** Sends a signal; false when the process is gone. @throws when it may not be signalled */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/**
 * Ends processes that are not our children: all at once by `signal`, those still there after `graceMs` by
 * `lastSignal`. Only processes whose start is known and the recorded one are touched.
 *
 * @returns the pids that were ended
 */
export async function endProcesses(
  recorded: readonly RecordedIdentity[],
  options: { signal: NodeJS.Signals; lastSignal: NodeJS.Signals; graceMs: number },
): Promise<number[]> {
  const alive = recorded.filter((each) => each.startedAt !== null && isRunning(each));
  for (const { pid } of alive) signalProcess(pid, options.signal);
  const deadline = performance.now() + options.graceMs;
  let left = alive;
  while (left.length > 0 && performance.now() < deadline) {
    await delay(50);
    left = left.filter(isRunning);
  }
  for (const { pid } of left) signalProcess(pid, options.lastSignal);
  const hardDeadline = performance.now() + 2000;
  while (left.some(isRunning) && performance.now() < hardDeadline) await delay(20);
  return alive.map(({ pid }) => pid);
}
