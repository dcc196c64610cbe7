import { setTimeout as delay } from 'node:timers/promises';
import { effectiveScenario, readState } from '../../scenario/state';
import type { SqlExecutor } from '../../scenario/sql/executor';
import { stateRevisionQuery } from '../../scenario/sql/state';
import type { ReleaseChoice } from '../../services/catalog';
import { withSession } from '../../machine/session';

/** How often the state's revision is asked for, and how soon a lost database is tried again (ms). */
const POLL_MS = 500;

/**
 * Follows which releases the scenario in force wants, stack file or override alike: what `pulumi up` does on a stack by
 * rolling out pods.
 *
 * @param wanted called with each change of the scenario; what it throws is reported by itself, and asked again
 */
export function watchReleases(
  connectionString: string,
  wanted: (releases: ReleaseChoice) => Promise<void>,
): { close: () => Promise<void> } {
  const closing = new AbortController();
  const pause = (): Promise<void> =>
    delay(POLL_MS, undefined, { signal: closing.signal }).catch(() => undefined);
  let known: unknown = null;
  const follow = async (sql: SqlExecutor): Promise<void> => {
    while (!closing.signal.aborted) {
      const { rows } = await sql.query(stateRevisionQuery);
      const revision = rows[0]?.revision;
      if (revision !== known) {
        const effective = effectiveScenario(await readState(sql));
        if (effective !== null) await wanted(effective.scenario.releases);
        known = revision;
      }
      await pause();
    }
  };
  const watching = (async () => {
    while (!closing.signal.aborted) {
      // The database may be away for a while: the shop goes on, and so does this.
      await withSession({ connectionString, application_name: 'runner/releases' }, follow).catch(
        () => undefined,
      );
      await pause();
    }
  })();
  return {
    close: () => {
      closing.abort();
      return watching;
    },
  };
}
