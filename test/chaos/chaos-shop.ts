/** A shop that chaos is brought to: of this machine or of a cluster. What is asked of it works on both. */
export interface ChaosShop {
  /** For the report: where it runs. */
  readonly place: string;
  /** Options by which commands name it. */
  readonly options: readonly string[];
  /** What the commands need to reach it, beside the options. */
  readonly env: NodeJS.ProcessEnv;
  /** The storefront, without a slash at its end. */
  readonly shopUrl: string;
  /** Where the commands keep their runs. */
  readonly runsDir: string;
  /** Demo minutes longer than a local run has to last: pods take longer to come back than processes. */
  readonly moreMinutes: number;
  /** Starts it, healthy. */
  start(): Promise<void>;
  /** Stops it, and leaves nothing. */
  dispose(): Promise<void>;
  /** Kills a service or store as hard as can be, and returns when its successor is ready (ms). */
  kill(name: string): Promise<number>;
  /** Services that are not ready, each with what is wrong. */
  unready(): Promise<string[]>;
  /** As superuser. */
  sql<Row>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** How long whatever was killed may take to be ready again (ms). */
export const BACK_WITHIN_MS = 60_000;
