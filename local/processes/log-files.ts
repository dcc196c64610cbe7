import { copyFileSync, openSync, renameSync, statSync, truncateSync } from 'node:fs';
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
 * is truncated, also where there is no room for the copy. The writer appends, so it goes on at the beginning; lines
 * written in that moment are lost.
 */
export function boundLog(file: string, maxBytes = MAX_LOG_BYTES): void {
  try {
    if (statSync(file).size <= maxBytes) return;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    copyFileSync(file, `${file}.1`);
  } finally {
    truncateSync(file, 0);
  }
}
