import { setTimeout as delay } from 'node:timers/promises';
import type { Log, SqlExecutor } from './sql/executor';
import { createIndexStatement, dropIndexStatement, indexStatesQuery } from './sql/indexes';
import { writeDesiredStatement } from './sql/state';
import { readState } from './state';
import { INDEX_NAMES, type IndexName, type IndexState, type Scenario } from './types';

export { setupDatabase } from './apply-setup';
export type { Log, SqlExecutor } from './sql/executor';

/** One thing that was done, and how long it took (ms). */
export interface AppliedChange {
  what: string;
  durationMs: number;
}

/** Reads what the indexes are to be; null where that is not this applier's business. */
export type WantedIndexes = () => Promise<Pick<Scenario, 'indexes'> | null>;

/** Appliers wait this long (ms) for another one to finish with the indexes. */
const INDEX_LOCK_TIMEOUT_MS = 120_000;

/**
 * Makes the known indexes what the scenario says, one after the other, always CONCURRENTLY. An invalid left-over of
 * an interrupted build does not count as present and is dropped first. Nothing is done where nothing differs.
 *
 * @param wanted a scenario; or how to read it, for who follows what may change while another applier is waited for
 *   (it is asked once the others are done, and nothing is changed for null)
 * @returns what was done, in order
 * @throws when another applier keeps the lock for two minutes, or whatever PostgreSQL says
 */
export async function applyIndexes(
  sql: SqlExecutor,
  wanted: Pick<Scenario, 'indexes'> | WantedIndexes,
  log: Log,
): Promise<AppliedChange[]> {
  return withIndexLock(sql, async () => {
    const changes: AppliedChange[] = [];
    const scenario = typeof wanted === 'function' ? await wanted() : wanted;
    if (scenario === null) return changes;
    const run = async (what: string, statement: string): Promise<void> => {
      const started = performance.now();
      await sql.query(statement);
      const change = { what, durationMs: Math.round(performance.now() - started) };
      changes.push(change);
      log(`${what} (${String(change.durationMs)} ms)`);
    };
    const found = await readIndexes(sql);
    for (const name of INDEX_NAMES) {
      const state = found[name];
      if (state === 'invalid') await run(`dropped the invalid ${name}`, dropIndexStatement(name));
      if (scenario.indexes[name] === 'absent') {
        if (state === 'present') await run(`dropped ${name}`, dropIndexStatement(name));
      } else if (state !== 'present') {
        await run(`built ${name}`, createIndexStatement(name));
      }
    }
    return changes;
  });
}

/** What is there: `present` means valid and ready; `invalid` is the left-over of an interrupted build. */
export async function readIndexes(sql: SqlExecutor): Promise<Record<IndexName, IndexState | 'invalid'>> {
  const { rows } = await sql.query(indexStatesQuery);
  const states: Record<IndexName, IndexState | 'invalid'> = {
    idx_products_category: 'absent',
    idx_products_category_active: 'absent',
    idx_products_stock_quantity: 'absent',
  };
  for (const row of rows) states[row.name as IndexName] = row.valid === true ? 'present' : 'invalid';
  return states;
}

/**
 * Polls for the lock instead of waiting inside PostgreSQL: a statement that waits holds a snapshot, and
 * CREATE INDEX CONCURRENTLY waits for all older snapshots, so the two would deadlock.
 */
async function withIndexLock<T>(sql: SqlExecutor, work: () => Promise<T>): Promise<T> {
  const key = `hashtext('ecommerce-demo.indexes')`;
  const deadline = performance.now() + INDEX_LOCK_TIMEOUT_MS;
  for (;;) {
    const { rows } = await sql.query(`select pg_try_advisory_lock(${key}) as locked`);
    if (rows[0]?.locked === true) break;
    if (performance.now() > deadline) {
      throw new Error(
        'Another applier has held the index lock for two minutes: see pg_stat_activity, then try again.',
      );
    }
    await delay(100);
  }
  try {
    return await work();
  } finally {
    await sql.query(`select pg_advisory_unlock(${key})`);
  }
}

/** Writes the storage profile of `next` (or of what is effective now). */
export async function applyStorage(sql: SqlExecutor, next: Scenario | null): Promise<void> {
  await sql.query('select scenario.write_storage($1::jsonb)', [next === null ? null : JSON.stringify(next)]);
}

/** Writes the desired row. */
export async function applyDesired(sql: SqlExecutor, scenario: Scenario): Promise<void> {
  await sql.query(writeDesiredStatement, [JSON.stringify(scenario)]);
}

export interface Applied {
  changes: AppliedChange[];
  /** The run that was under way and has been ended by this change of config; null without one. */
  endedOverride: string | null;
}

/**
 * Makes `scenario` the desired state, as `pulumi up` does: ends a running override, then indexes, storage, desired
 * row. Healing (back to normal) sets the storage profile before it builds, so that the build and the queries
 * behind it are not slowed down.
 */
export async function applyScenario(sql: SqlExecutor, scenario: Scenario, log: Log): Promise<Applied> {
  const before = await readState(sql);
  const endedOverride = before.override?.runId ?? null;
  const changes: AppliedChange[] = [];
  const step = async (what: string, work: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    await work();
    changes.push({ what, durationMs: Math.round(performance.now() - started) });
  };
  if (endedOverride !== null) {
    await step(`ended run ${endedOverride}`, async () => {
      await sql.query('select scenario.end_override(null)');
    });
    log(`ended run ${endedOverride}: the configuration changed`);
  }
  if (scenario.mode === 'normal') await step('storage profile', () => applyStorage(sql, scenario));
  changes.push(...(await applyIndexes(sql, scenario, log)));
  if (scenario.mode !== 'normal') await step('storage profile', () => applyStorage(sql, scenario));
  await step('desired row', () => applyDesired(sql, scenario));
  return { changes, endedOverride };
}
