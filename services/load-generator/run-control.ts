import { readState, type ScenarioState, type SqlExecutor } from '../../scenario/apply';
import { OVERRIDE_EXISTS_SQLSTATE } from '../../scenario/sql/state';
import type { Override, Scenario } from '../../scenario/types';
import { HttpError } from '../lib/errors';

/** Starts and ends runs by writing the override row; the database decides between concurrent calls. */
export class RunControl {
  constructor(private readonly sql: SqlExecutor) {}

  /** Both scenario rows as they are now. */
  state(): Promise<ScenarioState> {
    return readState(this.sql);
  }

  /**
   * Begins the run that `plan` makes of the desired scenario.
   *
   * @throws HttpError 409 `run-under-way` naming the run that is there, 503 `scenario-unknown` before the database
   *   has been set up; what `plan` throws
   */
  async begin(plan: (desired: Scenario) => Override): Promise<Override> {
    const { desired, override } = await this.state();
    if (override) throw underWay(override);
    if (!desired) {
      throw new HttpError(503, 'scenario-unknown', 'No desired scenario yet: the database is being set up.');
    }
    const run = plan(desired);
    try {
      await this.sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(run)]);
      return run;
    } catch (error) {
      if ((error as { code?: unknown }).code !== OVERRIDE_EXISTS_SQLSTATE) throw error;
      throw underWay((await this.state()).override);
    }
  }

  /**
   * Ends the run under way.
   *
   * @param runId end it only if it is this one
   * @returns the run that was ended; null when there was none (or another one)
   */
  async end(runId?: string): Promise<Override | null> {
    const { override } = await this.state();
    if (!override || (runId !== undefined && override.runId !== runId)) return null;
    // By its id: a run that somebody else starts meanwhile is not ours to end.
    const { rows } = await this.sql.query('select scenario.end_override($1::text) as ended', [
      override.runId,
    ]);
    return rows[0]?.ended === true ? override : null;
  }
}

function underWay(running: Override | null): HttpError {
  if (!running) {
    return new HttpError(409, 'run-under-way', 'Another run has just been under way; try again.');
  }
  const until = new Date(running.expiresAt * 1000).toISOString();
  return new HttpError(
    409,
    'run-under-way',
    `Run ${running.runId}, started by ${running.startedBy}, is under way until ${until}: stop it first (POST /admin/stop-demo).`,
    { run_id: running.runId, started_by: running.startedBy, expires_at: running.expiresAt },
  );
}
