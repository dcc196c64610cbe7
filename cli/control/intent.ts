import { hostname, userInfo } from 'node:os';
import { z } from 'zod';
import { parseJson } from '../../machine/json';
import { printable } from '../../machine/printable';
import { currentProcess, isRunning } from '../../machine/process-identity';
import { LIMITS } from '../../scenario/config/limits';

/** Most that an intent may take as text: of the cluster, and with a stack's file in it (characters). */
const SHARED_AT_MOST = 4096;
const PRIVATE_AT_MOST = 4 * 1024 * 1024;
const NAME_AT_MOST = 200;

const name = z
  .string()
  .min(1)
  .max(NAME_AT_MOST)
  .refine((text) => printable(text) === text && !/[\n\t]/.test(text), 'control characters');
const moment = z.iso.datetime();

/**
 * What a run is about to break, written down before anything is broken: whoever comes next can heal it. Other machines
 * read it from the cluster, so it has just values: nothing of it names a file or is one's content.
 */
const sharedIntent = z.strictObject({
  version: z.literal(2),
  /** `preparing`: nothing was broken yet. */
  state: z.enum(['preparing', 'open']),
  /** The run; null while it is being prepared. */
  runId: name.nullable(),
  /** How the outage is made: by an override row, or by the stack's configuration and an update. */
  how: z.enum(['override', 'config']),
  pid: z.int32().positive(),
  /** What tells it from a later one with its pid (machine/process-identity.ts); null where the system could not tell. */
  processStartedAt: name.nullable(),
  host: name,
  user: name,
  since: moment,
  /** When the run should be over: a runner on another machine that nobody can ask is believed until then. */
  endsAt: moment,
});
const privateIntent = sharedIntent.extend({ configBefore: z.string().max(PRIVATE_AT_MOST).nullable() });

/** An intent as this machine has it. */
export interface Intent extends z.infer<typeof sharedIntent> {
  /** Where it was found: this machine's private file, or the cluster, which knows nothing of this machine's processes. */
  origin: 'here' | 'cluster';
  /**
   * The stack file's text as it was before; null where it is not changed, and where only another machine knows it: it
   * never leaves the private file. Which file that is follows from the target.
   */
  configBefore: string | null;
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
/** The longest run that can be configured, waited for a day (ms). */
const LONGEST_MS = LIMITS.durationMinutes.to * LIMITS.minuteSeconds.to * 1000 + 24 * 3_600_000;

/** An intent of this process. */
export function newIntent(how: Intent['how'], endsAt: Date): Intent {
  const self = currentProcess();
  return {
    version: 2,
    state: 'preparing',
    runId: null,
    how,
    pid: self.pid,
    processStartedAt: self.startedAt,
    host: thisHost(),
    user: nameOf(userName()),
    since: new Date().toISOString(),
    endsAt: endsAt.toISOString(),
    origin: 'here',
    configBefore: null,
  };
}

/**
 * Whether its runner lives: `elsewhere` is another machine's, whose end is not over yet. Of what only the cluster says
 * nothing lives longer than that: any process could have been named.
 */
export function livenessOf(
  intent: Intent,
  here: { host: string; now: number } = { host: thisHost(), now: Date.now() },
): 'alive' | 'dead' | 'elsewhere' {
  const over = here.now > Date.parse(intent.endsAt) + ELSEWHERE_GRACE_MS;
  if (intent.host === here.host) {
    if (intent.origin === 'cluster' && over) return 'dead';
    return isRunning({ pid: intent.pid, startedAt: intent.processStartedAt }) ? 'alive' : 'dead';
  }
  return over ? 'dead' : 'elsewhere';
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

/** An intent as text for the cluster: only what others may know. */
export function sharedText(intent: Intent): string {
  return JSON.stringify(sharedIntent.strip().parse(intent));
}

/** An intent as text for this machine's private file. */
export function privateText(intent: Intent): string {
  const { configBefore } = intent;
  return JSON.stringify({ ...sharedIntent.strip().parse(intent), configBefore }, null, 2);
}

/**
 * Reads an intent that a cluster has: each value bounded, no field that isn't known.
 *
 * @param now Unix milliseconds
 * @returns null for what is none
 */
export function parseSharedIntent(text: string | null, now = Date.now()): Intent | null {
  const found = parse(text, SHARED_AT_MOST, sharedIntent);
  // One that ends never would forbid every other run.
  if (found === null || Date.parse(found.endsAt) > now + LONGEST_MS) return null;
  return { ...found, origin: 'cluster', configBefore: null };
}

/** Reads an intent of this machine's private file; null for what is none. */
export function parsePrivateIntent(text: string): Intent | null {
  // In JSON a character may take six.
  const found = parse(text, 6 * PRIVATE_AT_MOST, privateIntent);
  return found === null ? null : { ...found, origin: 'here' };
}

function parse<T>(text: string | null, atMost: number, schema: z.ZodType<T>): T | null {
  return text === null || text.length > atMost ? null : (schema.safeParse(parseJson(text)).data ?? null);
}

/** This machine's name as its intents have it. */
export function thisHost(): string {
  return nameOf(hostname());
}

/** A host's or user's name as an intent may have it. */
function nameOf(text: string): string {
  return (
    printable(text)
      .replace(/[\n\t]/g, '')
      .slice(0, NAME_AT_MOST) || 'unknown'
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}
