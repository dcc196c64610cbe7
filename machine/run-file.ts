import { rmSync } from 'node:fs';
import { dataFolder } from './data-folder';
import { Refusal, hasCode } from './errors';
import { at, listAt, numberAt, parseJson, textAt } from './json';
import { asJson, claimFile, readIfThere, writePrivateJson } from './private-file';
import { currentProcess, endProcesses, identifyProcess, isRunning } from './process-identity';
import type { RecordedIdentity } from './process-identity';

/** A process the runner started, with what recognises it after the runner's death. */
export interface RecordedProcess extends RecordedIdentity {
  name: string;
}

/** What a run needs to be reached by others; empty until the runner knows it. */
export interface RunDetails {
  portOffset: number;
  /** Base URL of each service by name. */
  urls: Record<string, string>;
  databaseUrls: { superuser: string; shop_app: string; conductor: string };
  redis: { url: string; kind: string };
  adminToken: string;
  /** Where telemetry is taken, from who bears the token (of this run). */
  otlp: { url: string; token: string };
}

const STATES = ['starting', 'ready', 'stopping'] as const;

/** What `run.json` holds (0600): who runs the shop, with what, and how to reach it. */
export interface RunState extends RunDetails {
  version: 1;
  runner: RecordedProcess;
  /** `starting` until every service answered once. */
  state: (typeof STATES)[number];
  /** Unix seconds. */
  startedAt: number;
  children: RecordedProcess[];
}

/** Reads the text of a `run.json`; null when it is not whole or of another version (then nobody runs by it). */
export function parseRunState(text: string): RunState | null {
  const value = parseJson(text);
  const word = (...keys: string[]): string => textAt(value, ...keys) ?? fail();
  const number = (key: string): number => numberAt(value, key) ?? fail();
  try {
    if (numberAt(value, 'version') !== 1) return null;
    return {
      version: 1,
      runner: recordedProcess(at(value, 'runner')),
      state: STATES.find((state) => state === at(value, 'state')) ?? fail(),
      startedAt: number('startedAt'),
      portOffset: number('portOffset'),
      urls: Object.fromEntries(
        Object.keys(at(value, 'urls') ?? {}).map((name) => [name, word('urls', name)]),
      ),
      databaseUrls: {
        superuser: word('databaseUrls', 'superuser'),
        shop_app: word('databaseUrls', 'shop_app'),
        conductor: word('databaseUrls', 'conductor'),
      },
      redis: { url: word('redis', 'url'), kind: word('redis', 'kind') },
      adminToken: word('adminToken'),
      // Absent in a record of before telemetry had a port of its own: its runner is no less alive for that.
      otlp: { url: textAt(value, 'otlp', 'url') ?? '', token: textAt(value, 'otlp', 'token') ?? '' },
      children: listAt(value, 'children').map(recordedProcess),
    };
  } catch (error) {
    if (error instanceof NotWhole) return null;
    throw error;
  }
}

class NotWhole extends Error {}

function fail(): never {
  throw new NotWhole();
}

function recordedProcess(value: unknown): RecordedProcess {
  return {
    name: textAt(value, 'name') ?? fail(),
    pid: numberAt(value, 'pid') ?? fail(),
    startedAt: textAt(value, 'startedAt'),
  };
}

/** A run whose services are known by name. */
export type RunOf<Service extends string> = RunState & { urls: Record<Service, string> };

/**
 * The shop that runs with a data folder; null when none does, also after its runner was killed.
 *
 * @param services whose URLs it must tell
 * @throws Refusal when the file may not be read
 */
export function findRun<Service extends string>(
  dataDir: string,
  services: readonly Service[],
): RunOf<Service> | null {
  const { runFile } = dataFolder(dataDir);
  let text: string | null;
  try {
    text = readIfThere(runFile);
  } catch (error) {
    if (!hasCode(error, 'EACCES')) throw error;
    throw new Refusal(
      `${runFile} is another user's: run the command as the user who runs the shop, or choose --data DIR.`,
    );
  }
  const found = text === null ? null : parseRunState(text);
  return found !== null && hasServices(found, services) && isRunning(found.runner) ? found : null;
}

function hasServices<Service extends string>(
  run: RunState,
  services: readonly Service[],
): run is RunOf<Service> {
  return services.every((name) => run.urls[name] !== undefined);
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
 * @returns the record to keep, and the earlier runner's state when that one did not end by itself
 * @throws Refusal when another runner is alive
 */
export async function claimRun(
  dataDir: string,
  details: RunDetails,
): Promise<{ record: RunRecord; predecessor: Predecessor | null }> {
  const { runFile } = dataFolder(dataDir);
  const state = newRunState(details);
  const claim = await claimFile(runFile, asJson(state), (text) => {
    const found = parseRunState(text);
    return found !== null && isRunning(found.runner);
  });
  const found = parseRunState(claim.taken ? (claim.replaced ?? '') : claim.holder);
  if (!claim.taken) throw refusal(found, dataDir);
  const record = new RunRecord(runFile, state);
  if (found === null) return { record, predecessor: null };
  // Kept until they have ended: should this runner be killed meanwhile, the next one ends them.
  record.update({ children: found.children });
  const ended = await endOrphans(found.children);
  record.update({ children: [] });
  return { record, predecessor: { state: found, ended } };
}

function newRunState(details: RunDetails): RunState {
  return {
    version: 1,
    runner: { name: 'runner', ...currentProcess() },
    state: 'starting',
    startedAt: Date.now() / 1000,
    ...details,
    children: [],
  };
}

function refusal(found: RunState | null, dataDir: string): Refusal {
  const who = found
    ? `: process ${String(found.runner.pid)}, since ${new Date(found.startedAt * 1000).toLocaleString('sv-SE')}` +
      (found.urls.frontend ? `, storefront ${found.urls.frontend}` : '')
    : '';
  return new Refusal(
    `The shop already runs with the data folder ${dataDir}${who}. ` +
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

  update(change: Partial<Omit<RunState, 'version' | 'runner'>>): void {
    this.current = { ...this.current, ...change };
    writePrivateJson(this.file, this.current);
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
