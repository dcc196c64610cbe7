import { scenarioPlan } from './appliance';
import { INDEX_LOCK, indexStage, indexStatesQuery, type FoundIndexes } from './sql/indexes';
import type { Log, SqlExecutor } from './sql/executor';
import { carryOut, takeSteps, withLock, type AppliedChange, type OnChange } from './sql/plan';
import type { Scenario } from './types';

export { setupDatabase } from './apply-setup';
export type { Log, SqlExecutor } from './sql/executor';
export type { FoundIndexes } from './sql/indexes';
export type { AppliedChange } from './sql/plan';

/** Reads what the indexes are to be; null where that is not this applier's business. */
export type WantedIndexes = () => Promise<Pick<Scenario, 'indexes'> | null>;

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
  const changes: AppliedChange[] = [];
  await withLock(sql, INDEX_LOCK, async () => {
    const scenario = typeof wanted === 'function' ? await wanted() : wanted;
    if (scenario === null) return;
    await takeSteps(sql, indexStage(scenario.indexes).steps, undefined, remember(changes, log));
  });
  return changes;
}

/** What is there. */
export async function readIndexes(sql: SqlExecutor): Promise<FoundIndexes> {
  const { rows } = await sql.query(indexStatesQuery);
  return Object.fromEntries(rows.map(({ name, state }) => [name, state])) as FoundIndexes;
}

/**
 * Makes `scenario` the desired state, as `pulumi up` does: ends a running override, then indexes, storage, desired row.
 *
 * @returns what was done, in order
 */
export async function applyScenario(
  sql: SqlExecutor,
  scenario: Scenario,
  log: Log,
): Promise<AppliedChange[]> {
  const changes: AppliedChange[] = [];
  await carryOut(sql, scenarioPlan(scenario), {
    document: JSON.stringify(scenario),
    onChange: remember(changes, log),
  });
  return changes;
}

/** Collects what is done, and tells of what is news. */
function remember(changes: AppliedChange[], log: Log): OnChange {
  return (change) => {
    changes.push(change);
    if (!change.routine) log(`${change.what} (${change.durationMs} ms)`);
  };
}
