import { overrideDocument } from '../document';
import type { SqlExecutor } from '../sql/executor';
import { inTransaction } from '../sql/plan';
import { OVERRIDE_EXISTS_SQLSTATE } from '../sql/state';
import { readState, type ScenarioState } from '../state';
import type { Override } from '../types';
import { NO_RUN, runUnderWay } from './change';
import type { StartedBy } from './lease';

/** A change is tried anew so often when others change the run at the same time. */
const MOST_ATTEMPTS = 8;

/** The state of the override row does not let it be done; nothing was changed. */
export class OverrideRefused extends Error {
  /** @param running the run that is in the way; null when none is (any more) */
  constructor(
    message: string,
    readonly running: Override | null = null,
  ) {
    super(message);
    this.name = 'OverrideRefused';
  }
}

/** Who runs, for a person. */
export function describeRun(run: Override): string {
  return `run ${run.runId}, started by ${run.startedBy}, until ${new Date(run.expiresAt * 1000).toISOString()} at the latest`;
}

/** As the database takes it. @throws DocumentFault for what is no run of a scenario */
function asDocument(run: Override): string {
  return JSON.stringify(overrideDocument(run));
}

/** Begins a run. @throws OverrideRefused naming the run that is under way already */
export async function beginRun(sql: SqlExecutor, run: Override): Promise<void> {
  try {
    await sql.query('select scenario.begin_override($1::jsonb)', [asDocument(run)]);
  } catch (error) {
    if ((error as { code?: unknown }).code !== OVERRIDE_EXISTS_SQLSTATE) throw error;
    const { override } = await readState(sql);
    throw new OverrideRefused(
      override === null
        ? 'Another run has just been under way; try again.'
        : `Another run is under way: ${describeRun(override)}.`,
      override,
    );
  }
}

/** Ends the run of this id; null: whatever run there is. @returns false when it is no longer there, and then nothing was changed */
export async function endRun(sql: SqlExecutor, runId: string | null): Promise<boolean> {
  const { rows } = await sql.query('select scenario.end_override($1::text) as ended', [runId]);
  return rows[0]?.ended === true;
}

/**
 * Ends what is in force and begins `next`, both or none: between them the configuration would count, and its indexes be
 * changed once more.
 *
 * @param runId end it only if it is this one; null: whatever there is
 * @throws OverrideRefused when that run has ended meanwhile
 */
export async function replaceRun(sql: SqlExecutor, runId: string | null, next: Override): Promise<void> {
  await inTransaction(sql, async () => {
    const ended = await endRun(sql, runId);
    if (runId !== null && !ended) throw hasEnded(runId);
    await sql.query('select scenario.begin_override($1::jsonb)', [asDocument(next)]);
  });
}

/**
 * Changes the run under way. A change that somebody else has made since it was read is never undone: it is read again,
 * and the change made of what is there now. A run that the configuration wants gets an override row for it.
 *
 * @param change what becomes of the run: `next`, and whatever else the caller wants to know. Called again for each
 *   attempt; may throw to refuse. The run itself as `next` changes nothing
 * @returns what `change` made of the run that was changed
 * @throws OverrideRefused when no outage is under way, or the run ended meanwhile
 */
export async function changeRun<T extends { next: Override }>(
  sql: SqlExecutor,
  startedBy: StartedBy,
  change: (run: Override, state: ScenarioState) => T,
): Promise<T> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const state = await readState(sql);
    const found = runUnderWay(state, startedBy);
    if (found === null) throw new OverrideRefused(NO_RUN);
    const changed = change(found.run, state);
    if (changed.next === found.run) return changed;
    const outcome = await (found.isNew
      ? beginIfFree(sql, changed.next)
      : writeChange(sql, changed.next, state.overrideRevision));
    if (outcome === 'changed') return changed;
    if (outcome === 'ended') throw hasEnded(found.run.runId);
  }
  throw new OverrideRefused('The run is being changed by others all the time: try again.');
}

type ChangeOutcome = 'changed' | 'stale' | 'ended';

async function writeChange(
  sql: SqlExecutor,
  run: Override,
  readRevision: string | null,
): Promise<ChangeOutcome> {
  const { rows } = await sql.query('select scenario.change_override($1::jsonb, $2::bigint) as outcome', [
    asDocument(run),
    readRevision,
  ]);
  return rows[0]?.outcome as ChangeOutcome;
}

async function beginIfFree(sql: SqlExecutor, run: Override): Promise<ChangeOutcome> {
  try {
    await beginRun(sql, run);
    return 'changed';
  } catch (error) {
    if (error instanceof OverrideRefused) return 'stale';
    throw error;
  }
}

function hasEnded(runId: string): OverrideRefused {
  return new OverrideRefused(`Run ${runId} has just ended.`);
}
