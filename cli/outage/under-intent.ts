import type { Intent, IntentStore } from '../control/intent';
import { runningRefusal } from './heal-left-open';

/** What is written down of a run under way. */
export interface WrittenIntent {
  /** From now on something is broken, or more of it is known. */
  open: (known: Partial<Intent>) => Promise<void>;
  /** Nothing is broken any more. */
  well: () => void;
}

/**
 * Does `work` while its intent is written down, so that nobody else begins a run. What it leaves broken stays written
 * down: the next command heals it.
 *
 * @throws Refusal when another run is under way
 */
export async function underIntent<T>(
  intents: IntentStore,
  intent: Intent,
  work: (written: WrittenIntent) => Promise<T>,
): Promise<T> {
  const other = await intents.claim(intent);
  if (other !== null) throw runningRefusal(other);
  const now = { intent, broken: false };
  try {
    return await work({
      open: async (known) => {
        now.intent = { ...now.intent, ...known, state: 'open' };
        await intents.update(now.intent);
        now.broken = true;
      },
      well: () => {
        now.broken = false;
      },
    });
  } finally {
    if (!now.broken) await intents.clear().catch(() => undefined);
  }
}
