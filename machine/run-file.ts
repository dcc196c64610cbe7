import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Refusal, hasCode } from './errors';
import { writePrivateFile } from './private-file';
import { endProcesses, identifyProcess, isRunning, type ProcessIdentity } from './process-identity';

/** A process the runner started, with what recognises it after the runner's death. */
export interface RecordedProcess extends Pick<ProcessIdentity, 'pid' | 'startedAt'> {
  name: string;
}

/** What `run.json` holds (0600): who runs the shop, with what, and how to reach it. */
export interface RunState {
  version: 1;
  runner: RecordedProcess;
  /** `starting` until every service answered once. */
  state: 'starting' | 'ready' | 'stopping';
  /** Unix seconds. */
  startedAt: number;
  /** Unix seconds of the last sign of life: tells how long a killed runner has been gone. */
  seenAt: number;
  portOffset: number;
  /** Base URL of each service by name. */
  urls: Record<string, string>;
  databaseUrls: { superuser: string; shop_app: string; conductor: string };
  redis: { url: string; kind: string };
  adminToken: string;
  children: RecordedProcess[];
}

/** Reads `run.json`; null when there is none or it is not whole (then nobody runs by it). */
export function readRunState(file: string): RunState | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunState>;
    if (value.version !== 1 || typeof value.runner?.pid !== 'number' || !Array.isArray(value.children))
      return null;
    return value as RunState;
  } catch {
    return null;
  }
}

/** What was found of an earlier runner. */
export interface Predecessor {
  state: RunState;
  /** Names of the processes it had left behind, now ended. */
  ended: string[];
}

/**
 * Makes this process the one runner of a data folder and ends what a killed one left behind.
 *
 * @returns the earlier runner's state when it did not end by itself, else null
 * @throws Refusal when another runner is alive
 */
export async function claimRun(file: string, dataDir: string, claim: RunState): Promise<Predecessor | null> {
  const text = `${JSON.stringify(claim, null, 2)}\n`;
  for (;;) {
    try {
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      return null;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const found = readRunState(file);
    if (found && isRunning(found.runner)) throw refusal(found, dataDir);
    const aside = `${file}.${String(process.pid)}.old`;
    try {
      renameSync(file, aside);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) continue;
      throw error;
    }
    // Between reading and renaming another new runner may have put its own there: give it back.
    const taken = readRunState(aside);
    if (taken && isRunning(taken.runner)) {
      try {
        linkSync(aside, file);
      } finally {
        rmSync(aside, { force: true });
      }
      throw refusal(taken, dataDir);
    }
    try {
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      rmSync(aside, { force: true });
      if (hasCode(error, 'EEXIST')) continue;
      throw error;
    }
    const ended = taken ? await endOrphans(taken.children) : [];
    rmSync(aside, { force: true });
    return taken ? { state: taken, ended } : null;
  }
}

function refusal(found: RunState, dataDir: string): Refusal {
  return new Refusal(
    `The shop already runs with the data folder ${dataDir}: process ${String(found.runner.pid)}, ` +
      `since ${new Date(found.startedAt * 1000).toLocaleString('sv-SE')}` +
      `${found.urls.frontend ? `, storefront ${found.urls.frontend}` : ''}. ` +
      'Stop it (Ctrl-C there), or start a second shop with --data DIR --port-offset 1000.',
  );
}

/**
 * Ends recorded children whose runner is dead. PostgreSQL gets SIGINT (its fast shutdown) and, if need be, SIGQUIT,
 * which takes its back ends along; the others SIGTERM, then SIGKILL.
 */
async function endOrphans(children: readonly RecordedProcess[]): Promise<string[]> {
  const isDatabase = (child: RecordedProcess): boolean => child.name === 'postgresql';
  const others = children.filter((child) => !isDatabase(child));
  const databases = children.filter(isDatabase);
  const endedOthers = await endProcesses(others, { signal: 'SIGTERM', lastSignal: 'SIGKILL', graceMs: 3000 });
  const endedDatabases = await endProcesses(databases, {
    signal: 'SIGINT',
    lastSignal: 'SIGQUIT',
    graceMs: 10_000,
  });
  const ended = new Set([...endedOthers, ...endedDatabases]);
  return children.filter(({ pid }) => ended.has(pid)).map(({ name }) => name);
}

/** Keeps `run.json` up to date while the shop runs. */
export class RunRecord {
  constructor(
    private readonly file: string,
    private current: RunState,
  ) {}

  get value(): RunState {
    return this.current;
  }

  update(change: Partial<Omit<RunState, 'version' | 'runner'>>): void {
    this.current = { ...this.current, ...change, seenAt: Date.now() / 1000 };
    writePrivateFile(this.file, `${JSON.stringify(this.current, null, 2)}\n`);
  }

  /** Notes a process that was just spawned, in place of an earlier one of the same name. */
  addChild(name: string, pid: number): void {
    const identity = identifyProcess(pid);
    const children = this.current.children.filter((child) => child.name !== name);
    if (identity) children.push({ name, pid, startedAt: identity.startedAt });
    this.update({ children });
  }

  /** The runner ended by itself: nothing to clean up for the next one. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}

/** The state of this process as a runner that has just begun. */
export function newRunState(
  details: Omit<RunState, 'version' | 'runner' | 'state' | 'startedAt' | 'seenAt' | 'children'>,
): RunState {
  const identity = identifyProcess(process.pid);
  const now = Date.now() / 1000;
  return {
    version: 1,
    runner: { name: 'runner', pid: process.pid, startedAt: identity?.startedAt ?? 'unknown' },
    state: 'starting',
    startedAt: now,
    seenAt: now,
    children: [],
    ...details,
  };
}
