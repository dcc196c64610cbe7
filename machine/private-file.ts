import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from './errors';
import { textAt, numberAt, parseJson } from './json';
import { currentProcess, isRunning } from './process-identity';

/** Between two looks at a file that another process is taking over (ms). */
const TAKEOVER_POLL_MS = 10;

/**
 * Writes a file only its owner can read (0600), all or nothing: a reader sees the old text or the new one, and a
 * kill in the middle leaves the old one.
 */
export function writePrivateFile(file: string, text: string): void {
  renameSync(writeDraft(file, text), file);
}

/** As `writePrivateFile`, for a person's file: it keeps its mode, and is written where its name leads. */
export function writeWholeFile(file: string, text: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  writeInPlace(there === undefined ? file : realpathSync(file), text);
}

/**
 * As `writeWholeFile`, for what a command makes: no link is followed, which anybody may have laid in a folder that others
 * write to.
 *
 * @throws also for what is no file: a link, a device, or a pipe that somebody reads is left as it is
 */
export function writeResultFile(file: string, text: string): void {
  writeInPlace(file, text);
}

function writeInPlace(place: string, text: string): void {
  requireOwnFile(place);
  const there = statSync(place, { throwIfNoEntry: false });
  const draft = writeDraft(place, text, there === undefined ? 0o644 : 0o600);
  // The umask has no say in the mode that a file had before.
  if (there !== undefined) chmodSync(draft, there.mode & 0o777);
  renameSync(draft, place);
}

/** @throws where something lies under that name that a file must not take the place of */
export function requireOwnFile(place: string): void {
  if (lstatSync(place, { throwIfNoEntry: false })?.isFile() === false)
    throw new Error(`${place} is a link, or no file, and is left as it is`);
}

/** As `writePrivateFile`, for a value written as JSON. */
export function writePrivateJson(file: string, value: unknown): void {
  writePrivateFile(file, asJson(value));
}

/** Text of a file, null where there is none. @throws when it may not be read */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return null;
    throw error;
  }
}

/** What came of a claim: `holder` is the text of who has it already; `replaced` that of a dead one before us. */
export type Claim = { taken: true; replaced: string | null } | { taken: false; holder: string };

/**
 * Makes a private file that only one process at a time may hold. A text that no longer counts is replaced, by exactly
 * one of several that find it: whoever takes over claims a lock named after that text first, and looks again.
 *
 * @param isHeld whether a text that is there still counts, e.g. because its process lives
 */
export async function claimFile(
  file: string,
  text: string,
  isHeld: (text: string) => boolean,
): Promise<Claim> {
  for (;;) {
    if (createPrivateFile(file, text)) return { taken: true, replaced: null };
    const found = readIfThere(file);
    if (found === null) continue;
    if (isHeld(found)) return { taken: false, holder: found };
    const lock = `${file}.${createHash('sha256').update(found).digest('hex').slice(0, 12)}.takeover`;
    if (!(await claimFile(lock, asJson(currentProcess()), isRunningText)).taken) {
      await delay(TAKEOVER_POLL_MS);
      continue;
    }
    try {
      // Somebody may have taken it over, or removed it, before we had the lock.
      if (readIfThere(file) !== found) continue;
      writePrivateFile(file, text);
      return { taken: true, replaced: found };
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

/** Writes the file if there is none. @returns false when there is one */
function createPrivateFile(file: string, text: string): boolean {
  const draft = writeDraft(file, text);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The whole text beside the file, under a name that only this process uses. */
function writeDraft(file: string, text: string, mode = 0o600): string {
  const draft = `${file}.${String(process.pid)}.tmp`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode, flag: 'wx' });
  return draft;
}

function isRunningText(text: string): boolean {
  const value = parseJson(text);
  const pid = numberAt(value, 'pid');
  return pid !== null && isRunning({ pid, startedAt: textAt(value, 'startedAt') });
}

/** A value as a file of JSON has it. */
export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
