import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { parseJson, textAt } from '../../machine/json';

/** So much of a log's end is looked through (bytes). */
const WINDOW_BYTES = 16 * 1024;
/** Levels of a service's log line that say why it ends. */
const GRAVE = ['error', 'fatal'];
const LONGEST = 300;

/** What a line of Node, PostgreSQL or Redis looks like when it says an error; the first group is the error. */
const ERRORS = [
  /\b(?:FATAL|PANIC):\s+(.+)/,
  /(FATAL ERROR: .+)/,
  /^\s*(?:\[cause\]: )?((?:\w+ )?\w*(?:Error|Exception)\b.*)/,
  /((?:Bad environment|[\w-]+ could not start): .+)/,
  /(?:# |\b)((?:Fatal|Could not|Failed|Can't|cannot)\b.*)/,
] as const;
/** Says nothing about why. */
const IDLE = /^(Node\.js v[\d.]+|\s*at .*|\s*[{}^]+\s*)$/;

/**
 * Why a process ended, by its log: the last error that it wrote, not what came after it (a stack, a version, "shut
 * down"). Null when it wrote nothing.
 *
 * @param since where its output begins (bytes)
 */
export function lastError(file: string, since = 0): string | null {
  const lines = tail(file, since)
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines.toReversed()) {
    const error = errorIn(line);
    if (error !== null) return error.trim().slice(0, LONGEST);
  }
  const last = lines.toReversed().find((line) => !IDLE.test(line));
  return last === undefined ? null : readable(last).trim().slice(0, LONGEST);
}

function errorIn(line: string): string | null {
  const entry = parseJson(line);
  const level = textAt(entry, 'level');
  if (level !== null) return GRAVE.includes(level) ? readable(line) : null;
  for (const pattern of ERRORS) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** A log line for people: pino's message instead of its JSON. */
function readable(line: string): string {
  const entry = parseJson(line);
  return textAt(entry, 'err', 'message') ?? textAt(entry, 'msg') ?? line;
}

function tail(file: string, since: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = statSync(file);
    // A log that is shorter by now was set aside meanwhile.
    const from = Math.max(size < since ? 0 : since, size - WINDOW_BYTES);
    const buffer = Buffer.alloc(size - from);
    readSync(descriptor, buffer, 0, buffer.length, from);
    return buffer.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}
