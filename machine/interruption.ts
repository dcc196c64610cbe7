import { setTimeout as delay } from 'node:timers/promises';
import { callers, isNoHangUp } from './callers';
import { EXIT, Interrupted, messageOf, stackOf } from './errors';
import { isRunning } from './process-identity';
import { errorOutput } from './terminal';

/** npm passes a terminal's Ctrl-C on once more; a person needs longer for the second one (ms). */
const SECOND_SIGNAL_AFTER_MS = 700;
/** How often npm is looked for (ms). */
const CALLERS_POLL_MS = 1000;

/**
 * Turns signals, errors nobody caught, and the end of the npm between us and the person, into a request to stop: what
 * runs is broken off, what was begun is healed. A second signal ends the process at once.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private firstAt = 0;
  /** What nobody caught; null while nothing was. */
  error: unknown = null;

  /** @param onRequest tells a person, once */
  constructor(private readonly onRequest: (cause: string) => void) {}

  /**
   * Begins to listen to SIGINT, SIGTERM, SIGHUP, to uncaught errors and to npm's end. Under `nohup` neither SIGHUP nor
   * the npm that it ended count.
   *
   * @param onForced a second signal; false: something has to be waited for all the same
   */
  listen(onForced: () => boolean | undefined = () => true): this {
    const between = callers();
    const noHangUp = isNoHangUp(process.env, between);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!(signal === 'SIGHUP' && noHangUp)) this.onSignal(signal, onForced);
      });
    }
    const uncaught = (error: unknown): void => {
      this.error ??= error;
      errorOutput.line(stackOf(error));
      this.request(`an error: ${messageOf(error)}`);
    };
    process.on('uncaughtException', uncaught);
    process.on('unhandledRejection', uncaught);
    if (between.length > 0 && !noHangUp) this.watch(between);
    return this;
  }

  private onSignal(signal: NodeJS.Signals, onForced: () => boolean | undefined): void {
    const repeated = this.requested;
    if (repeated && performance.now() - this.firstAt < SECOND_SIGNAL_AFTER_MS) return;
    if (repeated) {
      // Something may have to be waited for all the same; a third signal asks again.
      this.firstAt = performance.now();
      if (onForced() !== false) process.exit(EXIT.interrupted);
      return;
    }
    this.request(signal);
  }

  private watch(between: ReturnType<typeof callers>): void {
    const poll = setInterval(() => {
      if (between.every(isRunning)) return;
      clearInterval(poll);
      this.request('npm, which started this, ended');
    }, CALLERS_POLL_MS);
    poll.unref();
  }

  /** Asks for the end. */
  request(cause: string): void {
    if (this.requested) return;
    this.firstAt = performance.now();
    this.controller.abort(new Interrupted(cause));
    this.onRequest(cause);
  }

  /** Aborted once the end was asked for. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get requested(): boolean {
    return this.controller.signal.aborted;
  }

  /** @throws Interrupted once the end was asked for */
  check(): void {
    this.controller.signal.throwIfAborted();
  }

  /** Waits. @throws Interrupted as soon as the end is asked for */
  async wait(ms: number): Promise<void> {
    this.check();
    try {
      await delay(ms, undefined, { signal: this.controller.signal });
    } catch (error) {
      this.check();
      throw error;
    }
  }
}
