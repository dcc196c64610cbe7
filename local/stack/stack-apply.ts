import { isDeepStrictEqual } from 'node:util';
import { applyScenario } from '../../scenario/apply';
import { readState } from '../../scenario/state';
import { positionAt } from '../../scenario/timeline';
import type { Scenario } from '../../scenario/types';
import { withSession } from '../../machine/session';
import { prepareDatabase, connectionsFor, type DatabaseUrls } from '../postgres/database';
import { count, duration } from '../../report/format';
import type { Reporter } from '../progress';
import type { RolePasswords } from '../../scenario/sql/roles';
import type { StackScenario } from './stack-scenario';

/** What applying needs to know of the database. */
export interface StackTarget {
  urls: DatabaseUrls;
  passwords: RolePasswords;
  /** What the server was started with; null for one that is not ours. */
  maxConnections: number | null;
  reporter: Reporter;
}

/**
 * Reads the stack, resolves it against what is stored and makes it the desired state: catalog (if its size changed),
 * indexes, storage, desired row. Tells what was done.
 *
 * @param fresh see StackScenario.resolve
 * @throws Refusal for a bad stack file; nothing has been changed then
 */
export async function applyStack(
  stack: StackScenario,
  target: StackTarget,
  fresh: { absentSeconds: number } | null,
): Promise<void> {
  const { reporter } = target;
  const { config, notes } = stack.read();
  for (const note of notes) reporter.note(note);
  return withSession({ connectionString: target.urls.superuser }, async (sql) => {
    const { desired } = await readState(sql);
    const resolved = stack.resolve(config, desired, Date.now() / 1000, fresh);
    const { scenario } = resolved;
    if (fresh === null && isDeepStrictEqual(withoutNoise(desired), withoutNoise(scenario))) {
      reporter.note('the stack file was changed, the scenario was not');
      return;
    }
    for (const note of resolved.notes) reporter.note(note);
    if (fresh === null && desired?.catalogRows !== scenario.catalogRows) {
      const began = performance.now();
      await prepareDatabase(target.urls.superuser, {
        passwords: target.passwords,
        catalogRows: scenario.catalogRows,
        ownServer: target.maxConnections !== null,
        log: (message) => reporter.note(message),
        onProgress: () => undefined,
      });
      reporter.note(
        `catalog of ${count(scenario.catalogRows)} products (${duration(performance.now() - began)})`,
      );
    }
    const changes = await applyScenario(sql, scenario, () => undefined);
    for (const { what, durationMs, routine } of changes) {
      const line = `${what} (${duration(durationMs)})`;
      // At a start only what differs from the last time is news.
      if (fresh === null || routine !== true) reporter.note(line);
      else reporter.detail(line);
    }
    if (target.maxConnections !== null && connectionsFor(scenario) > target.maxConnections) {
      reporter.problem(
        `the pools need max_connections ${String(connectionsFor(scenario))}, PostgreSQL was started with ` +
          `${String(target.maxConnections)}: stop and run npm start again`,
      );
    }
    reporter.note(describeScenario(scenario, Date.now() / 1000));
  });
}

/** JSON drops what is undefined; so that stored and resolved compare. */
function withoutNoise(scenario: Scenario | null): unknown {
  return JSON.parse(JSON.stringify(scenario));
}

/** One line on what counts now. */
export function describeScenario(scenario: Scenario, nowSeconds: number): string {
  const { startTimestamp } = scenario;
  const position = positionAt({ scenario, startTimestamp, pausedAt: null }, nowSeconds);
  const clock = (seconds: number): string => new Date(seconds * 1000).toLocaleTimeString('sv-SE');
  // Normal heals whatever the stack says of indexes and pool, so that this is never said in vain.
  if (startTimestamp === null) return 'scenario: normal, all is healthy';
  const begin = `scenario: ${scenario.mode} (${scenario.title}), ${String(scenario.durationMinutes)} minutes of ${String(scenario.minuteSeconds)} s`;
  switch (position.state) {
    case 'before_start':
      return `${begin}, begins at ${clock(startTimestamp)} (in ${String(Math.ceil(startTimestamp - nowSeconds))} s)`;
    case 'running':
      return `${begin}, at minute ${(position.minute ?? 0).toFixed(1)}, ends at ${clock(startTimestamp + scenario.durationMinutes * scenario.minuteSeconds)}`;
    default:
      return `${begin}: over, heal with ecommerce-demo:demoMode: normal, or raise ecommerce-demo:demoRun for another run`;
  }
}
