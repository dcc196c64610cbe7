import { getJson } from '../../machine/http';
import { at, textAt } from '../../machine/json';
import { Refusal, messageOf } from '../../machine/errors';
import type { MemoryUse } from '../../machine/memory';
import { measureMemory } from '../../machine/memory';
import { duration } from '../../report/format';
import type { Reporter } from '../reporter';
import type { RunRecord } from '../../machine/run-file';
import { SupervisedProcess, type ProcessSpec } from './supervised-process';
import { setTimeout as delay } from 'node:timers/promises';

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
  private readonly logCheck: NodeJS.Timeout;
  private stopped: Promise<void> | null = null;

  /** @param last names of those that end last, since the others send them their last telemetry and data */
  constructor(
    private readonly record: RunRecord,
    private readonly reporter: Reporter,
    private readonly last: ReadonlySet<string>,
  ) {
    this.logCheck = setInterval(() => {
      for (const supervised of this.processes.values()) supervised.boundLog();
    }, LOG_CHECK_MS);
    this.logCheck.unref();
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
      crashed: ({ name, reason, lines, restartInMs }) => {
        if (this.stopping) return;
        const last = lines.at(-1);
        this.reporter.problem(
          `${name} ended (${reason}); started again in ${duration(restartInMs)}` +
            (last === undefined ? '' : `\n    ${readable(last)}`),
        );
      },
    });
    this.processes.set(spec.name, supervised);
    if (!this.stopping) supervised.start();
    return supervised;
  }

  /** Name and pid of everything that runs. */
  running(): { name: string; pid: number }[] {
    return [...this.processes.values()].flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]));
  }

  /** Memory of everything, the runner included. */
  memory(): Promise<MemoryUse> {
    return measureMemory([...this.running(), { name: 'runner', pid: process.pid }]);
  }

  /**
   * Waits until a service's /readyz answers 200.
   *
   * @throws Refusal with the last reason and the log when it does not within `timeoutMs`, or keeps crashing
   */
  async waitReady(name: string, url: string, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      let reason: string;
      if (this.stopping) throw new Error('stopped');
      const supervised = this.processes.get(name);
      try {
        const { status, body } = await getJson(`${url}/readyz`, { timeoutMs: 2000 });
        if (status === 200) return;
        reason = describeReadiness(status, body);
      } catch (error) {
        reason = messageOf(error);
      }
      const crashes = supervised?.restarts ?? 0;
      if (crashes >= CRASHES_BEFORE_GIVING_UP || performance.now() > deadline) {
        throw new Refusal(
          `${name} is not ready: ${crashes > 0 ? `it ended ${String(crashes)} times` : reason}. ` +
            `Log: ${supervised?.spec.logFile ?? ''}`,
        );
      }
      await delay(100);
    }
  }

  /** Ends everything, in order, within five seconds. Later calls wait for the first. */
  stop(): Promise<void> {
    this.stopped ??= this.endAll();
    return this.stopped;
  }

  /** Ends everything at once. */
  kill(): void {
    this.stopped ??= Promise.resolve();
    for (const supervised of this.processes.values()) supervised.kill();
  }

  private async endAll(): Promise<void> {
    clearInterval(this.logCheck);
    const all = [...this.processes.values()];
    const end = (some: SupervisedProcess[], graceMs: number): Promise<unknown> =>
      Promise.all(some.map((supervised) => supervised.stop(graceMs)));
    await end(
      all.filter(({ name }) => !this.last.has(name)),
      FIRST_GRACE_MS,
    );
    await end(
      all.filter(({ name }) => this.last.has(name)),
      STORES_GRACE_MS,
    );
  }
}

/** What a /readyz that is not 200 says. */
function describeReadiness(status: number, body: unknown): string {
  const text = textAt(body, 'error') ?? textAt(body, 'reason');
  const checks = at(body, 'checks');
  return `/readyz answers ${String(status)}${text === null ? '' : ` (${text})`}${checks === null ? '' : ` ${JSON.stringify(checks).slice(0, 200)}`}`;
}

/** A log line for people: pino's message instead of its JSON. */
function readable(line: string): string {
  try {
    const entry = JSON.parse(line) as unknown;
    return textAt(entry, 'err', 'message') ?? textAt(entry, 'msg') ?? line.slice(0, 200);
  } catch {
    return line.slice(0, 200);
  }
}
