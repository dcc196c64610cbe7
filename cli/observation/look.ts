import { messageOf } from '../../machine/errors';

/** What one look at a condition found: what it saw, and what keeps the condition from holding (null: it holds). */
export type Look<T> = { problem: null; seen: T } | { problem: string; seen: T | null };

/** A condition that holds, or not yet by `problem`: of several by each. */
export function look<T>(seen: T, problem: string | null | readonly string[] = null): Look<T> {
  const text = typeof problem === 'string' ? problem : (problem ?? []).join('; ');
  return text === '' ? { problem: null, seen } : { problem: text, seen };
}

/** How long a condition is waited for. */
export interface Patience {
  /** At most (ms). */
  patienceMs: number;
  /** Waits (ms); what it throws, an interruption, ends the looking. */
  wait: (ms: number) => Promise<void>;
  /** Milliseconds that pass by themselves; the machine's, unless a test has its own. */
  now?: () => number;
}

const POLL_MS = 500;

/** Looks twice a second until a condition holds, at most `patienceMs`. A look that throws has its error as problem. */
export async function until<T>(
  condition: () => Promise<Look<T>>,
  { patienceMs, wait, now = () => performance.now() }: Patience,
): Promise<Look<T>> {
  const deadline = now() + patienceMs;
  for (;;) {
    const found = await condition().catch((error: unknown): Look<T> => ({
      problem: messageOf(error),
      seen: null,
    }));
    if (found.problem === null || now() > deadline) return found;
    await wait(POLL_MS);
  }
}
