import { setTimeout as delay } from 'node:timers/promises';

export interface Waiting {
  /** Asks once: null when it is well, else the reason why not yet. What it throws ends the waiting. */
  ask: () => Promise<string | null>;
  /** Looked at before each question: why waiting is in vain; null while it is not. */
  hasFailed: () => Error | null;
  /** What is thrown when the time is over. @param reason the last one */
  tooLate: (reason: string) => Error;
  timeoutMs: number;
  /** Between an answer and the next question (ms). */
  everyMs: number;
}

/** Waits until something that was started answers. @throws what `hasFailed`, `ask` or `tooLate` give */
export async function waitUntilWell({ ask, hasFailed, tooLate, timeoutMs, everyMs }: Waiting): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const failed = hasFailed();
    if (failed !== null) throw failed;
    const reason = await ask();
    if (reason === null) return;
    if (performance.now() > deadline) throw tooLate(reason);
    await delay(everyMs);
  }
}
