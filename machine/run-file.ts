import { rmSync } from 'node:fs';
import { z } from 'zod';
import { dataFolder } from './data-folder';
import { Refusal, hasCode } from './errors';
import { parseJson } from './json';
import { asJson, claimFile, readIfThere, writePrivateJson } from './private-file';
import { currentProcess, endProcesses, identifyProcess, isRunning } from './process-identity';

/** A process the runner started, with what recognises it after the runner's death. */
const recordedProcess = z.object({
  name: z.string(),
  pid: z.number(),
  startedAt: z.string().nullable().catch(null),
});

/** What `run.json` holds (0600): who runs the shop, with what, and how to reach it. */
const runState = z.object({
  version: z.literal(1),
  runner: recordedProcess,
  /** `starting` until every service answered once. */
  state: z.enum(['starting', 'ready', 'stopping']),
  /** Unix seconds. */
  startedAt: z.number(),
  portOffset: z.number(),
  /** Base URL of each service by name. */
  urls: z.record(z.string(), z.string()),
  databaseUrls: z.object({ superuser: z.string(), shop_app: z.string(), conductor: z.string() }),
  redis: z.object({ url: z.string(), kind: z.string() }),
  adminToken: z.string(),
  /**
   * Where telemetry is taken, from who bears the token (of this run). Absent in a record of before telemetry had a port of
   * its own: its runner is no less alive for that.
   */
  otlp: z.object({ url: z.string(), token: z.string() }).catch({ url: '', token: '' }),
  children: z.array(recordedProcess),
});
export type RunState = z.infer<typeof runState>;

/** What a run needs to be reached by others; texts are empty until the runner knows them. */
export type RunDetails = Omit<RunState, 'version' | 'runner' | 'state' | 'startedAt' | 'children'>;

/** Reads the text of a `run.json`; null when it is not whole or of another version (then nobody runs by it). */
export function parseRunState(text: string): RunState | null {
  return runState.safeParse(parseJson(text)).data ?? null;
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
async function endOrphans(children: RunState['children']): Promise<string[]> {
  const isDatabase = (child: { name: string }): boolean => child.name === 'postgresql';
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

  /** Notes a process that was just spawned, in place of an earlier one of the same name that has ended. */
  addChild(name: string, pid: number): void {
    const identity = identifyProcess(pid);
    const children = this.current.children.filter((child) => child.name !== name || isRunning(child));
    if (identity) children.push({ name, pid, startedAt: identity.startedAt });
    this.update({ children });
  }

  /** A process has ended that another one of its name has replaced. */
  dropChild(pid: number): void {
    this.update({ children: this.current.children.filter((child) => child.pid !== pid) });
  }

  /** The runner ended by itself: nothing to clean up for the next one. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}
