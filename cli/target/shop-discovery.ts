import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ServiceName } from '../../services/catalog';
import { SERVICE_NAMES } from '../../services/catalog';
import { codeOf, Refusal } from '../../machine/errors';
import { at, numberAt, textAt } from '../../machine/json';

/** A shop that runs on this machine, as its `run.json` describes it. */
export interface Shop {
  runnerPid: number;
  state: 'starting' | 'ready' | 'stopping';
  /** Base URL of each service. */
  urls: Record<ServiceName, string>;
  adminToken: string;
  /** Login that may change the scenario state and the three known indexes. */
  conductorUrl: string;
}

/** The file in which `npm start` says how to reach the shop. */
export function runFile(dataDir: string): string {
  return path.join(dataDir, 'run.json');
}

/**
 * The shop that runs with this data folder; null when none does (also after its runner was killed).
 *
 * @throws Refusal when the file may not be read
 */
export function findShop(dataDir: string): Shop | null {
  const file = runFile(dataDir);
  const shop = parseRunFile(readText(file));
  return shop !== null && isAlive(shop.runnerPid) ? shop : null;
}

/** Reads the text of a `run.json`; null when it isn't whole. */
export function parseRunFile(text: string | null): Shop | null {
  const value = parse(text);
  const runnerPid = numberAt(value, 'runner', 'pid');
  const state = textAt(value, 'state');
  const adminToken = textAt(value, 'adminToken');
  const conductorUrl = textAt(value, 'databaseUrls', 'conductor');
  const urls = SERVICE_NAMES.map((name) => [name, textAt(value, 'urls', name)] as const);
  if (
    numberAt(value, 'version') !== 1 ||
    runnerPid === null ||
    adminToken === null ||
    conductorUrl === null
  ) {
    return null;
  }
  if (state !== 'starting' && state !== 'ready' && state !== 'stopping') return null;
  if (urls.some(([, url]) => url === null)) return null;
  return {
    runnerPid,
    state,
    urls: Object.fromEntries(urls) as Record<ServiceName, string>,
    adminToken,
    conductorUrl,
  };
}

/** Whether a process with this id runs, be it another user's. One that has ended and waits for its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** A killed process whose parent never asks for it (the first process of many containers) stays for ever. Linux only. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain anything: the state comes behind the last one.
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'EACCES') {
      throw new Refusal(
        `${file} is another user's: run the demo as the user who runs the shop, or choose --data DIR.`,
      );
    }
    throw error;
  }
}

function parse(text: string | null): unknown {
  if (text === null) return null;
  try {
    return at(JSON.parse(text));
  } catch {
    return null;
  }
}
