import type { Reporter } from '../../local/progress';

/** Tells nothing. */
export const SILENT: Reporter = {
  step: () => ({ progress: () => undefined, done: () => undefined }),
  note: () => undefined,
  problem: () => undefined,
  detail: () => undefined,
};
