import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { messageOf } from '../../machine/errors';
import { lastError } from './last-error';
import { beginLog, boundLog, openLog } from './log-files';
import { signalProcess } from '../../machine/process-identity';

/** How one process is started and ended. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** User to run as; null: as the runner does. */
  user: { uid: number; gid: number } | null;
  logFile: string;
  /** Asks it to end: SIGTERM, PostgreSQL's fast shutdown is SIGINT. */
  stopSignal: NodeJS.Signals;
  /** Ends it when it did not by itself: SIGKILL, PostgreSQL's immediate shutdown is SIGQUIT. */
  killSignal: NodeJS.Signals;
  /** Runs before a restart, e.g. to wait for what a killed PostgreSQL left behind. */
  beforeRestart?: () => Promise<void>;
}

/** What a crash looked like. */
export interface Crash {
  name: string;
  /** `exit code 1` or `signal SIGKILL`. */
  reason: string;
  /** The error in its log; null when it wrote nothing. */
  error: string | null;
  restartInMs: number;
}

export interface ProcessEvents {
  spawned: (name: string, pid: number) => void;
  crashed: (crash: Crash) => void;
}

const KILLED = 'signal SIGKILL';
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** A process that ran this long (ms) starts over with the shortest delay. */
const HEALTHY_AFTER_MS = 30_000;

/**
 * One child that is kept running: its output goes to a log, a crash is reported and followed by a restart with back-off.
 * It has a process group of its own, so that Ctrl-C in the terminal reaches the runner alone, which ends everything
 * in order.
 */
export class SupervisedProcess {
  private child: ChildProcess | null = null;
  private restartTimer: NodeJS.Timeout | null = null;
  private delayMs = FIRST_DELAY_MS;
  private spawnedAt = 0;
  private stopping = false;
  private begun = false;
  /** Resolves once the present process is gone. */
  private gone: Promise<void> = Promise.resolve();
  /** How often it came back after a crash. */
  restarts = 0;
  /** The error of its last crash. */
  lastError: string | null = null;
  private logBegin = 0;

  constructor(
    readonly spec: ProcessSpec,
    private readonly events: ProcessEvents,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Pid while it runs, else null. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  start(): void {
    if (this.stopping || this.child) return;
    const log = this.begun ? openLog(this.spec.logFile) : beginLog(this.spec.logFile);
    this.begun = true;
    this.spawnedAt = performance.now();
    this.logBegin = fstatSync(log).size;
    const child = spawn(this.spec.command, [...this.spec.args], {
      env: this.spec.env,
      cwd: this.spec.cwd,
      stdio: ['ignore', log, log],
      detached: true,
      ...(this.spec.user ?? {}),
    });
    closeSync(log);
    this.child = child;
    const exit = Promise.withResolvers<undefined>();
    this.gone = exit.promise;
    let over = false;
    const ended = (reason: string): void => {
      if (over) return;
      over = true;
      this.child = null;
      exit.resolve(undefined);
      if (!this.stopping) this.scheduleRestart(reason);
    };
    child.once('error', (error) => ended(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${String(code)}`));
    if (child.pid !== undefined) this.events.spawned(this.name, child.pid);
  }

  /** Keeps its log within bounds; called now and then. */
  boundLog(): void {
    boundLog(this.spec.logFile);
  }

  /** Ends it for good: asks, and after `graceMs` insists. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    if (this.restartTimer) clearTimeout(this.restartTimer);
    const pid = this.pid;
    if (pid === null) return;
    const { gone } = this;
    signalProcess(pid, this.spec.stopSignal);
    const insist = setTimeout(() => {
      signalProcess(pid, this.spec.killSignal);
    }, graceMs);
    await gone;
    clearTimeout(insist);
  }

  /** Ends it at once. */
  kill(): void {
    this.stopping = true;
    if (this.restartTimer) clearTimeout(this.restartTimer);
    if (this.pid !== null) signalProcess(this.pid, this.spec.killSignal);
  }

  private scheduleRestart(reason: string): void {
    if (performance.now() - this.spawnedAt > HEALTHY_AFTER_MS) this.delayMs = FIRST_DELAY_MS;
    const restartInMs = this.delayMs;
    this.delayMs = Math.min(LONGEST_DELAY_MS, this.delayMs * 2);
    this.restarts += 1;
    // Who is killed says nothing: his last line is about something else.
    this.lastError = reason === KILLED ? null : lastError(this.spec.logFile, this.logBegin);
    this.events.crashed({ name: this.name, reason, error: this.lastError, restartInMs });
    this.restartTimer = setTimeout(() => {
      this.restartTimer = null;
      const prepared = this.spec.beforeRestart?.() ?? Promise.resolve();
      prepared.then(
        () => this.start(),
        (error: unknown) => this.scheduleRestart(messageOf(error)),
      );
    }, restartInMs);
  }
}
