import { spawnSync } from 'node:child_process';
import { isAlive } from './shop-discovery';

/** When a process began, in `ps`'s words: tells it from another one that got its id later. Null where nobody knows. */
export function processStart(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    // One spelling of a moment, whoever asks.
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  const text = status === 0 ? stdout.trim() : '';
  return text === '' ? null : text;
}

/** Whether the very process still runs. @param startedAt as `processStart` said; null: its id must do */
export function isSameProcess(pid: number, startedAt: string | null): boolean {
  if (!isAlive(pid)) return false;
  if (startedAt === null) return true;
  const found = processStart(pid);
  // It has just ended, or nobody could tell.
  return found === null ? isAlive(pid) : found === startedAt;
}
