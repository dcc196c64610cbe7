/** Prints the start and the life of a shop. */
export interface Reporter {
  /** Begins a step; several may be under way at once. */
  step(name: string): Step;
  /** Something that happened. */
  note(text: string): void;
  /** Something that went wrong. */
  problem(text: string): void;
  /** Only told with --verbose. */
  detail(text: string): void;
}

export interface Step {
  /** Where it stands, e.g. `250,000 of 500,000 rows`. */
  progress(text: string): void;
  /** It is done; `detail` follows its name. */
  done(detail?: string): void;
}

/** Tells nothing; for tests and for callers with a display of their own. */
export const SILENT: Reporter = {
  step: () => ({ progress: () => undefined, done: () => undefined }),
  note: () => undefined,
  problem: () => undefined,
  detail: () => undefined,
};
