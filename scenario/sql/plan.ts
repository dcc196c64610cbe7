import type { SqlExecutor } from './executor';

/**
 * A plan of appliance: what is done to PostgreSQL, in order, as plain text. Whoever carries it out (local runner, CLI,
 * console, Pulumi's provider process) decides nothing: conditions are queries, too.
 */
export type Plan = readonly Stage[];

/** Steps that are done under one lock, or in one transaction. */
export interface Stage {
  lock?: Lock;
  /** All or nothing. Not for steps that are CONCURRENTLY. */
  transaction?: true;
  steps: readonly Step[];
}

/** An advisory lock of the session. */
export interface Lock {
  /** Answers one row: `locked`. */
  tryLock: string;
  unlock: string;
  /** How long another holder is waited for (ms). */
  waitMs: number;
  /** What a person reads after that. */
  refusal: string;
}

/** One statement. */
export interface Step {
  /** For a person: `built idx_products_category`. */
  what: string;
  /** Answers one row, `due`: whether the step is taken. Without it, it always is. */
  when?: string;
  sql: string;
  /** $1 is the scenario's document, known when the plan is carried out. */
  document?: true;
  /** Taken at every appliance, and so no news. */
  routine?: true;
}

/** One thing that was done, and how long it took (ms). */
export interface AppliedChange {
  what: string;
  durationMs: number;
  routine?: true;
}

/** Told of each step that was taken. */
export type OnChange = (change: AppliedChange) => void;

// What follows is serialised into Pulumi's dynamic resources, too: functions of this file and globals only, no imports.

/**
 * Carries out a plan over one session.
 *
 * @param document of the scenario, as JSON text; for plans whose steps ask for it
 * @throws when a lock is held for too long, and whatever PostgreSQL says
 */
export async function carryOut(
  sql: SqlExecutor,
  plan: Plan,
  { document, onChange }: { document?: string; onChange?: OnChange } = {},
): Promise<void> {
  for (const { lock, transaction, steps } of plan) {
    const work = () => takeSteps(sql, steps, document, onChange);
    if (lock) await withLock(sql, lock, work);
    else if (transaction) await inTransaction(sql, work);
    else await work();
  }
}

/** Takes the steps that are due, one after the other. */
export async function takeSteps(
  sql: SqlExecutor,
  steps: readonly Step[],
  document?: string,
  onChange?: OnChange,
): Promise<void> {
  for (const step of steps) {
    const started = Date.now();
    if (step.when !== undefined && (await sql.query(step.when)).rows[0]?.due !== true) continue;
    await (step.document ? sql.query(step.sql, [document]) : sql.query(step.sql));
    onChange?.({
      what: step.what,
      durationMs: Date.now() - started,
      ...(step.routine ? { routine: step.routine } : {}),
    });
  }
}

/**
 * Polls for the lock instead of waiting inside PostgreSQL: a statement that waits holds a snapshot, and
 * CREATE INDEX CONCURRENTLY waits for all older snapshots, so the two would deadlock.
 */
export async function withLock(sql: SqlExecutor, lock: Lock, work: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + lock.waitMs;
  while ((await sql.query(lock.tryLock)).rows[0]?.locked !== true) {
    if (Date.now() > deadline) throw new Error(lock.refusal);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    await work();
  } finally {
    await sql.query(lock.unlock);
  }
}

/** All or nothing: who is killed in between leaves nothing half done. */
export async function inTransaction<T>(sql: SqlExecutor, work: () => Promise<T>): Promise<T> {
  await sql.query('begin');
  try {
    const result = await work();
    await sql.query('commit');
    return result;
  } catch (error) {
    await sql.query('rollback').catch(() => undefined);
    throw error;
  }
}
