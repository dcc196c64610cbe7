import { setTimeout as delay } from 'node:timers/promises';
import { applyScenario, readIndexes, type SqlExecutor } from '../../scenario/apply';
import { readState } from '../../scenario/state';
import type { StackConfigSource } from '../../scenario/config/config-file';
import { deviationsOf } from '../../scenario/causes/all';
import { INDEX_NAMES, type Scenario } from '../../scenario/types';
import { describeRun } from '../../scenario/override/store';
import { messageOf } from '../../machine/errors';
import { duration } from '../../report/format';
import { type Output } from '../../machine/terminal';
import { withSession } from '../../machine/session';
import { retried } from '../target/conductor';
import { normalScenarioOf } from '../target/normal-scenario';
import type { Target } from '../target/target';

/** How long PostgreSQL may be away (ms): a supervisor, or Kubernetes, starts it again. */
const WITHIN_MS = 90_000;
/** From so long a wait on (ms) who is in the way is printed. */
const BLOCKED_AFTER_MS = 5000;

export interface RollbackTools {
  output: Output;
  wait: (ms: number) => Promise<void>;
}

/**
 * Puts the database back to normal operations: ends a run, storage first (so that the build and what waits behind it
 * are not slowed down), drops an invalid left-over, builds what is missing, writes the desired row. Harmless when all
 * is well. While PostgreSQL is away it is tried again.
 *
 * @returns whether the desired row was an outage: then whoever wrote it has to follow
 * @throws when it was not done within a minute and a half
 */
export async function rollbackDatabase(
  target: Pick<Target, 'conductor' | 'config'>,
  { output, wait }: RollbackTools,
): Promise<{ wasOutage: boolean }> {
  let told = false;
  const rollBack = (): Promise<{ wasOutage: boolean }> =>
    withSession(target.conductor, async (sql: SqlExecutor) => {
      const { rows } = await sql.query('select pg_backend_pid() as pid');
      const blocked = watchBlockers(target, Number(rows[0]?.pid), output);
      try {
        return await rollbackOnce(sql, target.config, output);
      } finally {
        await blocked.stop();
      }
    });
  const onTrouble = (error: unknown): void => {
    if (!told) output.line(`  PostgreSQL: ${messageOf(error)}; trying again until it is back`);
    told = true;
  };
  return retried(WITHIN_MS, rollBack, onTrouble, wait);
}

async function rollbackOnce(
  sql: SqlExecutor,
  config: StackConfigSource,
  output: Output,
): Promise<{ wasOutage: boolean }> {
  const { desired, override } = await readState(sql);
  if (desired === null) {
    throw new Error('the database has no scenario yet: start the shop (npm start), or deploy it (pulumi up)');
  }
  const normal = isNormal(desired) ? desired : normalScenarioOf(config, desired, Date.now() / 1000);
  const before = await readIndexes(sql);
  const whole = INDEX_NAMES.every((name) => before[name] === 'present');
  if (override === null && whole && isNormal(desired)) {
    // Also the rest of what a rollback promises, whatever somebody did to it by hand.
    await sql.query('select scenario.end_override(null)');
    output.line('  the database is in normal operations: nothing to do there');
    return { wasOutage: false };
  }
  if (override !== null) output.line(`  ending ${describeRun(override)}`);
  const started = performance.now();
  const changes = await applyScenario(sql, normal, (message) => output.line(`  ${message}`));
  const built = changes.filter(({ what }) => what.startsWith('built')).length;
  output.line(
    `  database: traffic, pool, storage and ${built === 0 ? 'indexes' : `${built} built indexes`} are back (${duration(performance.now() - started)})`,
  );
  return { wasOutage: !isNormal(desired) };
}

/** Whether a scenario is normal operations, without a cause that breaks it. */
function isNormal(scenario: Scenario): boolean {
  return scenario.mode === 'normal' && deviationsOf(scenario).length === 0;
}

/** Says who is in the way of a build: a forgotten transaction would let it wait for ever. */
function watchBlockers(
  target: Pick<Target, 'conductor'>,
  pid: number,
  output: Output,
): { stop: () => Promise<void> } {
  const controller = new AbortController();
  const watching = (async () => {
    const told = new Set<number>();
    const { signal } = controller;
    const ended = (): boolean => signal.aborted;
    for (;;) {
      await delay(BLOCKED_AFTER_MS, undefined, { signal }).catch(() => undefined);
      if (ended()) return;
      await withSession(target.conductor, async (sql: SqlExecutor) => {
        const { rows } = await sql.query(
          `select a.pid, a.usename, a.application_name, a.state
             from pg_stat_activity a where a.pid = any(pg_blocking_pids($1::integer))`,
          [pid],
        );
        for (const row of rows) {
          if (told.has(Number(row.pid))) continue;
          told.add(Number(row.pid));
          output.line(
            `  waiting for a transaction of ${String(row.usename)} (process ${String(row.pid)}, ${text(row.application_name, 'no name')}, ${text(row.state, 'state unknown')}): ` +
              `end it, or as a superuser: select pg_terminate_backend(${String(row.pid)})`,
          );
        }
      }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      controller.abort();
      await watching;
    },
  };
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}
