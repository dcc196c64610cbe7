import { hostname, userInfo } from 'node:os';
import { numberAt, textAt, at } from '../../machine/json';
import { isSameProcess, processStart } from '../target/process-identity';

/** What a run is about to break, written down before anything is broken: whoever comes next can heal it. */
export interface Intent {
  version: 1;
  /** `preparing`: nothing was broken yet. */
  state: 'preparing' | 'open';
  /** The run; null while it is being prepared. */
  runId: string | null;
  /** How the outage is made: by an override row, or by the stack's configuration and an update. */
  how: 'override' | 'config';
  pid: number;
  /** As `processStart` said; null where nobody knows. */
  processStartedAt: string | null;
  host: string;
  user: string;
  /** ISO. */
  since: string;
  /** When the run should be over (ISO): a runner on another machine that nobody can ask is believed until then. */
  endsAt: string;
  /** Minutes that the run has for a person: its scenario goes on a little longer. Null where an older command wrote it. */
  durationMinutes: number | null;
  /** The stack's file as it was before; null where it is not changed. */
  configBefore: { file: string; text: string } | null;
}

/** Where a target's intent lies. */
export interface IntentStore {
  /** @throws when the place cannot be read */
  read(): Promise<Intent | null>;
  /** Writes it if there is none. @returns the one that is there already, or null when this one was taken */
  claim(intent: Intent): Promise<Intent | null>;
  /** Writes it over the one that is there. */
  update(intent: Intent): Promise<void>;
  /** Removes it. */
  clear(): Promise<void>;
}

/** How long after its end a run of another machine is given up (ms). */
const ELSEWHERE_GRACE_MS = 10 * 60_000;

/** An intent of this process. */
export function newIntent(how: Intent['how'], endsAt: Date, durationMinutes: number | null = null): Intent {
  return {
    version: 1,
    state: 'preparing',
    runId: null,
    how,
    pid: process.pid,
    processStartedAt: processStart(process.pid),
    host: hostname(),
    user: userName(),
    since: new Date().toISOString(),
    endsAt: endsAt.toISOString(),
    durationMinutes,
    configBefore: null,
  };
}

/** Whether its runner lives: `elsewhere` is another machine's, whose end is not over yet. */
export function livenessOf(
  intent: Intent,
  here: { host: string; now: number; isSameProcess: (pid: number, startedAt: string | null) => boolean } = {
    host: hostname(),
    now: Date.now(),
    isSameProcess,
  },
): 'alive' | 'dead' | 'elsewhere' {
  if (intent.host === here.host) {
    return here.isSameProcess(intent.pid, intent.processStartedAt) ? 'alive' : 'dead';
  }
  return here.now > Date.parse(intent.endsAt) + ELSEWHERE_GRACE_MS ? 'dead' : 'elsewhere';
}

/** Whether two are of one and the same run. */
export function isSameIntent(one: Intent | null, other: Intent | null): boolean {
  return one?.since === other?.since && one?.pid === other?.pid && one?.host === other?.host;
}

/** Who runs, for a person. */
export function describeIntent({ runId, state, pid, host, user, since }: Intent): string {
  const what =
    runId === null ? `a run that is being ${state === 'open' ? 'made' : 'prepared'}` : `run ${runId}`;
  return `${what}, process ${pid} of ${user} on ${host}, since ${since}`;
}

/** Reads an intent; null for what is none. */
export function parseIntent(text: string | null): Intent | null {
  let value: unknown;
  try {
    value = text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
  const pid = numberAt(value, 'pid');
  const [host, user] = [textAt(value, 'host'), textAt(value, 'user')];
  const [since, endsAt] = [textAt(value, 'since'), textAt(value, 'endsAt')];
  const state = textAt(value, 'state');
  const how = textAt(value, 'how');
  if (numberAt(value, 'version') !== 1 || pid === null) return null;
  if (host === null || user === null || since === null || endsAt === null) return null;
  if (state !== 'preparing' && state !== 'open') return null;
  if (how !== 'override' && how !== 'config') return null;
  const [file, before] = [textAt(value, 'configBefore', 'file'), textAt(value, 'configBefore', 'text')];
  return {
    version: 1,
    state,
    runId: textAt(value, 'runId'),
    how,
    pid,
    processStartedAt: at(value, 'processStartedAt') === null ? null : textAt(value, 'processStartedAt'),
    host,
    user,
    since,
    endsAt,
    durationMinutes: numberAt(value, 'durationMinutes'),
    configBefore: file === null || before === null ? null : { file, text: before },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}
