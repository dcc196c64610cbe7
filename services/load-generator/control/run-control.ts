import { beginRun, endRun, OverrideRefused } from '../../../scenario/override/store';
import type { SqlExecutor } from '../../../scenario/sql/executor';
import { readState } from '../../../scenario/state';
import type { Override, Scenario } from '../../../scenario/types';
import { HttpError } from '../../lib/errors';

/** Starts and ends runs by writing the override row; the database decides between concurrent calls. */
export class RunControl {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * Begins the run that `plan` makes of the desired scenario.
   *
   * @throws HttpError 409 `run-under-way` naming the run that is there, 503 `scenario-unknown` before the database
   *   has been set up; what `plan` throws
   */
  async begin(plan: (desired: Scenario) => Override): Promise<Override> {
    const { desired } = await readState(this.sql);
    if (!desired) {
      throw new HttpError(503, 'scenario-unknown', 'No desired scenario yet: the database is being set up.');
    }
    const run = plan(desired);
    try {
      await beginRun(this.sql, run);
      return run;
    } catch (error) {
      if (!(error instanceof OverrideRefused)) throw error;
      const { message, running } = error;
      throw new HttpError(
        409,
        'run-under-way',
        running === null ? message : `${message} Stop it first (POST /admin/stop-demo).`,
        running === null
          ? {}
          : { run_id: running.runId, started_by: running.startedBy, expires_at: running.expiresAt },
      );
    }
  }

  /**
   * Ends the run under way.
   *
   * @param runId end it only if it is this one
   * @returns the run that was ended; null when there was none (or another one)
   */
  async end(runId?: string): Promise<Override | null> {
    const { override } = await readState(this.sql);
    if (!override || (runId !== undefined && override.runId !== runId)) return null;
    // By its id: a run that somebody else starts meanwhile is not ours to end.
    return (await endRun(this.sql, override.runId)) ? override : null;
  }
}
