/**
 * How scenario/ reaches PostgreSQL: one connection of any client. It must be a single session, since advisory
 * locks and CREATE INDEX CONCURRENTLY belong to one.
 */
export interface SqlExecutor {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Tells a person what is being done. */
export type Log = (message: string) => void;
