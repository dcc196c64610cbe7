import { setTimeout as delay } from 'node:timers/promises';
import { EXIT, Interrupted, messageOf } from './errors';
import { errorOutput } from './terminal';

/** npm passes a terminal's Ctrl-C on once more; a person needs longer for the second one (ms). */
const SECOND_SIGNAL_AFTER_MS = 700;

/**
 * Turns signals, and errors nobody caught, into a request to stop: what runs is broken off, what was begun is healed.
 * A second signal ends the process at once.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private firstAt = 0;

  /** @param onRequest tells a person, once */
  constructor(private readonly onRequest: (cause: string) => void) {}

  /** Begins to listen to SIGINT, SIGTERM, SIGHUP and to uncaught errors. @param onForced a second signal; false: something has to be waited for all the same */
  listen(onForced: () => boolean | undefined): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        const repeated = this.requested;
        if (repeated && performance.now() - this.firstAt < SECOND_SIGNAL_AFTER_MS) return;
        if (repeated) {
          // Something may have to be waited for all the same; a third signal asks again.
          this.firstAt = performance.now();
          if (onForced() !== false) process.exit(EXIT.interrupted);
          return;
        }
        this.request(signal);
      });
    }
    const uncaught = (error: unknown): void => {
      errorOutput.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
      this.request(`an error: ${messageOf(error)}`);
    };
    process.on('uncaughtException', uncaught);
    process.on('unhandledRejection', uncaught);
  }

  /** Asks for the end. */
  request(cause: string): void {
    if (this.requested) return;
    this.firstAt = performance.now();
    this.controller.abort(new Interrupted(cause));
    this.onRequest(cause);
  }

  get requested(): boolean {
    return this.controller.signal.aborted;
  }

  /** Why the end was asked for; null while it was not. */
  get cause(): string | null {
    const reason: unknown = this.controller.signal.reason;
    return reason instanceof Interrupted ? reason.cause : null;
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
