import { setTimeout as delay } from 'node:timers/promises';
import { FileWatch } from './file-watch';
import { Refusal, messageOf } from '../../machine/errors';
import type { Reporter } from '../progress';

/** Between two tries to apply a change while the database is away (ms). */
const RETRY_MS = 2_000;

/**
 * Applies the stack file whenever its content changes. A fault in the file is printed and the running state stays; a
 * database that is away is waited for, unless the file changes again.
 *
 * @param apply reads the file and applies it; a Refusal means the file (or an option) is at fault
 * @param options.since mark of the content that has been applied already (default: what is there now)
 */
export function watchStack(
  file: string,
  apply: () => Promise<void>,
  reporter: Reporter,
  options: { since?: string; pollMs?: number; retryMs?: number } = {},
): { close: () => Promise<void> } {
  const closing = new AbortController();
  const changed = async (): Promise<void> => {
    reporter.note(`${file} changed`);
    for (let attempt = 1; !closing.signal.aborted; attempt += 1) {
      try {
        await apply();
        return;
      } catch (error) {
        if (error instanceof Refusal) {
          reporter.problem(`${error.message}\n    The shop goes on as it was.`);
          return;
        }
        if (attempt === 1) reporter.problem(`the change could not be applied yet: ${messageOf(error)}`);
      }
      await delay(options.retryMs ?? RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  const watch = new FileWatch(file, changed, options);
  return {
    close: async () => {
      closing.abort();
      await watch.close();
    },
  };
}
