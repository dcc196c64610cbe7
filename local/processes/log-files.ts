import { closeSync, copyFileSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs';
import { hasCode } from '../../machine/errors';

/** A log of one process larger than this is set aside and begun anew (bytes). */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/**
 * Begins a log: the one of the last start is kept as `<file>.1`.
 *
 * @returns a descriptor opened for appending, for a child's output
 */
export function beginLog(file: string): number {
  try {
    if (statSync(file).size > 0) renameSync(file, `${file}.1`);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return openLog(file);
}

/** Opens a log for appending, as a restarted child needs it. */
export function openLog(file: string): number {
  return openSync(file, 'a', 0o600);
}

/**
 * Keeps a log within bounds while its process writes to it: past the limit its text is copied to `<file>.1` and it
 * is truncated. The writer appends, so it goes on at the beginning; lines written in that moment are lost.
 */
export function boundLog(file: string, maxBytes = MAX_LOG_BYTES): void {
  try {
    if (statSync(file).size <= maxBytes) return;
    copyFileSync(file, `${file}.1`);
    truncateSync(file, 0);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** The last lines of a log, for a message about a crash. */
export function lastLines(file: string, count: number): string[] {
  const window = 8192;
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = statSync(file);
    const buffer = Buffer.alloc(Math.min(window, size));
    readSync(descriptor, buffer, 0, buffer.length, Math.max(0, size - window));
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  } finally {
    closeSync(descriptor);
  }
}
