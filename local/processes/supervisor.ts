import { getJson } from '../../machine/http';
import { at, textAt } from '../../machine/json';
import { Refusal, messageOf } from '../../machine/errors';
import type { MemoryUse } from '../../machine/memory';
import { measureMemory } from '../../machine/memory';
import { duration } from '../../report/format';
import type { Reporter } from '../progress';
import type { RunRecord } from '../../machine/run-file';
import { SupervisedProcess, type ProcessSpec } from './supervised-process';
import { waitUntilWell } from './wait';

/** How often logs are looked at for their size (ms). */
const LOG_CHECK_MS = 10_000;
/** So many crashes of one service before it was ever ready, and the start is given up. */
const CRASHES_BEFORE_GIVING_UP = 3;

/** How long (ms) processes may take to end: together less than the five seconds of Ctrl-C. */
const FIRST_GRACE_MS = 3_300;
const STORES_GRACE_MS = 1_000;

/**
 * All of the shop's processes: started, recorded in run.json, restarted when they crash, ended in order.
 */
export class Supervisor {
  private readonly processes = new Map<string, SupervisedProcess>();
  /** Those in whose place another one has been put, until they have ended. */
  private readonly replaced = new Set<SupervisedProcess>();
  private readonly logCheck: NodeJS.Timeout;
  private stopped: Promise<void> | null = null;

  /** @param last names of those that end last, since the others send them their last telemetry and data */
  constructor(
    private readonly record: RunRecord,
    private readonly reporter: Reporter,
    private readonly last: ReadonlySet<string>,
  ) {
    this.logCheck = setInterval(() => {
      for (const supervised of this.processes.values()) this.boundLog(supervised);
    }, LOG_CHECK_MS);
    this.logCheck.unref();
    process.on('exit', this.atExit);
  }

  /** However this process ends: nothing outlives it. */
  private readonly atExit = (): void => this.kill();

  /** A log that cannot be set aside (a full disk) is reported, and the shop goes on. */
  private boundLog(supervised: SupervisedProcess): void {
    try {
      supervised.boundLog();
    } catch (error) {
      this.reporter.problem(`the log of ${supervised.name} could not be set aside: ${messageOf(error)}`);
    }
  }

  get stopping(): boolean {
    return this.stopped !== null;
  }

  start(spec: ProcessSpec): SupervisedProcess {
    const supervised = new SupervisedProcess(spec, {
      spawned: (name, pid) => {
        this.record.addChild(name, pid);
        if (supervised.restarts > 0) this.reporter.note(`${name} is started again (process ${String(pid)})`);
      },
      crashed: ({ name, reason, error, restartInMs }) => {
        if (this.stopping) return;
        this.reporter.problem(
          `${name} ended (${reason}); started again in ${duration(restartInMs)}` +
            (error === null ? '' : `\n    ${error}`),
        );
      },
    });
    this.processes.set(spec.name, supervised);
    if (!this.stopping) supervised.start();
    return supervised;
  }

  /**
   * Starts a process as another spec of its name says, and ends the one that runs in order.
   *
   * @param serves resolves when the new one answers
   * @param beside it can beside the old one, which ends only then; else that ends first
   */
  async replace(spec: ProcessSpec, serves: () => Promise<void>, beside: boolean): Promise<void> {
    const before = this.processes.get(spec.name);
    const end = async (): Promise<void> => {
      if (before === undefined) return;
      const { pid } = before;
      await before.stop(FIRST_GRACE_MS);
      this.replaced.delete(before);
      if (pid !== null) this.record.dropChild(pid);
    };
    if (!beside) await end();
    else if (before !== undefined) this.replaced.add(before);
    try {
      this.start(spec);
      await serves();
    } finally {
      if (beside) await end();
    }
  }

  private all(): SupervisedProcess[] {
    return [...this.processes.values(), ...this.replaced];
  }

  /** Name and pid of everything that runs. */
  running(): { name: string; pid: number }[] {
    return this.all().flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]));
  }

  /** Memory of everything, the runner included. */
  memory(): Promise<MemoryUse> {
    return measureMemory([...this.running(), { name: 'runner', pid: process.pid }]);
  }

  /**
   * Waits until a service's /readyz answers 200.
   *
   * @param release which release must answer, where one of another may
   * @throws Refusal with the last reason and the log when it does not within `timeoutMs`, or keeps crashing
   */
  async waitReady(name: string, url: string, timeoutMs: number, release?: string): Promise<void> {
    const crashes = (): number => this.processes.get(name)?.restarts ?? 0;
    const notReady = (reason: string): Refusal => {
      const supervised = this.processes.get(name);
      const why = crashes() > 0 ? endedTimes(crashes(), supervised) : reason;
      return new Refusal(`${name} is not ready: ${why}. Log: ${supervised?.spec.logFile ?? ''}`);
    };
    await waitUntilWell({
      ask: async () => {
        try {
          const { status, body } = await getJson(`${url}/readyz`, { timeoutMs: 2000 });
          if (status !== 200) return describeReadiness(status, body);
          const found = textAt(body, 'release');
          return release === undefined || found === release ? null : `release ${found ?? '?'} answers`;
        } catch (error) {
          return messageOf(error);
        }
      },
      hasFailed: () => {
        if (this.stopping) return new Error('stopped');
        return crashes() < CRASHES_BEFORE_GIVING_UP ? null : notReady('');
      },
      tooLate: notReady,
      timeoutMs,
      everyMs: 100,
    });
  }

  /** Ends everything, in order, within five seconds. Later calls wait for the first. */
  stop(): Promise<void> {
    this.stopped ??= this.endAll();
    return this.stopped;
  }

  /** Ends everything at once. */
  kill(): void {
    this.stopped ??= Promise.resolve();
    for (const supervised of this.all()) {
      try {
        supervised.kill();
      } catch {
        // It may not be signalled; the others may.
      }
    }
  }

  private async endAll(): Promise<void> {
    clearInterval(this.logCheck);
    const all = this.all();
    // One that may not be signalled keeps nobody else from being ended.
    const end = (some: SupervisedProcess[], graceMs: number): Promise<unknown> =>
      Promise.allSettled(some.map((supervised) => supervised.stop(graceMs)));
    await end(
      all.filter(({ name }) => !this.last.has(name)),
      FIRST_GRACE_MS,
    );
    await end(
      all.filter(({ name }) => this.last.has(name)),
      STORES_GRACE_MS,
    );
    process.off('exit', this.atExit);
  }
}

/** What a /readyz that is not 200 says. */
function describeReadiness(status: number, body: unknown): string {
  const text = textAt(body, 'error') ?? textAt(body, 'reason');
  const checks = at(body, 'checks');
  return `/readyz answers ${String(status)}${text === null ? '' : ` (${text})`}${checks === null ? '' : ` ${JSON.stringify(checks).slice(0, 200)}`}`;
}

/** How often a process ended, and its last error. */
export function endedTimes(
  crashes: number,
  supervised: Pick<SupervisedProcess, 'lastError'> | undefined,
): string {
  const error = supervised?.lastError ?? null;
  return `it ended ${String(crashes)} times${error === null ? '' : ` (${error})`}`;
}
