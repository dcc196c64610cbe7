import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import {
  applyIndexes,
  readIndexes,
  readState,
  type ScenarioState,
  type SqlExecutor,
} from '../../scenario/apply';
import { OVERRIDE_EXISTS_SQLSTATE } from '../../scenario/sql/state';
import {
  INDEX_NAMES,
  type IndexName,
  type IndexState,
  type Override,
  type Scenario,
} from '../../scenario/types';
import { codeOf, messageOf, Refusal } from '../../machine/errors';
import { runUnderWay } from '../control/override-change';
import { duration } from '../../report/format';
import { type Output } from '../../machine/terminal';
import { withSession } from '../../machine/session';

/** How long a heal tries while PostgreSQL is away (ms). */
const HEAL_WITHIN_MS = 60_000;
const RETRY_MS = 1000;

/** Who starts the run that is a soak's load. */
export const SOAK = 'soak';

/** Begins and heals a run, over connections as the role `conductor`. Each step has its own: none survives a restart. */
export class Conductor {
  constructor(
    private readonly login: ClientConfig,
    private readonly output: Output,
  ) {}

  /** Desired and override row as they are. */
  readState(): Promise<ScenarioState> {
    return withSession(this.login, readState);
  }

  /** What indexes there are. */
  readIndexes(): Promise<Record<IndexName, IndexState | 'invalid'>> {
    return withSession(this.login, readIndexes);
  }

  /**
   * Writes the override row, then makes the indexes what the run wants. In this order, so that nothing is ever broken
   * without a row that expires: killed at any moment, the run ends by itself and the console mends the indexes. The
   * run's start lies a few seconds ahead, so traffic meets the outage complete.
   *
   * @throws Refusal when another run is under way, and then nothing was changed
   */
  async begin(run: Override): Promise<void> {
    await withSession(this.login, async (sql) => {
      try {
        await sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(run)]);
      } catch (error) {
        if (codeOf(error) !== OVERRIDE_EXISTS_SQLSTATE) throw error;
        throw new Refusal(`Another run is under way: ${describeRun((await readState(sql)).override)}.`);
      }
      await applyIndexes(sql, run.scenario, (message) => {
        this.output.line(`  ${message}`);
      });
    });
  }

  /**
   * Changes the clock of the run under way: pause, resume, another minute. A run that the configuration wants gets an
   * override row for it.
   *
   * @param change what becomes of the run
   * @returns the run as it is now
   * @throws Refusal when no run is under way, or it ended meanwhile
   */
  async change(change: (run: Override) => Override): Promise<Override> {
    return withSession(this.login, async (sql) => {
      const found = runUnderWay(await readState(sql));
      if (found === null) throw new Refusal('No run is under way: begin one with npm run demo.');
      const run = change(found.run);
      if (found.isNew) {
        await sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(run)]);
        return run;
      }
      const { rows } = await sql.query('select scenario.change_override($1::jsonb) as changed', [
        JSON.stringify(run),
      ]);
      if (rows[0]?.changed !== true) throw new Refusal(`Run ${run.runId} has just ended.`);
      return run;
    });
  }

  /**
   * Heals at run time, whatever the configuration wants: the healthy scenario as an override, and its indexes. Ends
   * with its expiry or with the next `pulumi up`.
   */
  async relieve(healthy: Override): Promise<void> {
    const started = performance.now();
    await withSession(this.login, async (sql) => {
      // Both or none: between them the configuration's outage would count, and its indexes be dropped once more.
      await sql.query('begin');
      await sql.query('select scenario.end_override(null)');
      await sql.query('select scenario.begin_override($1::jsonb)', [JSON.stringify(healthy)]);
      await sql.query('commit');
      this.output.line(
        `  healed at run time: traffic, pool and storage go back (${duration(performance.now() - started)})`,
      );
      await applyIndexes(sql, healthy.scenario, (message) => {
        this.output.line(`  ${message}`);
      });
    });
  }

  /**
   * Ends a heal at run time (`relieve`) that nothing needs any more, since the configuration is healthy, too: its command
   * was killed before it could. Does nothing otherwise: a soak is healthy traffic, too, and goes on.
   */
  async endRelief(): Promise<void> {
    const { desired, override } = await this.readState();
    if (override?.mode !== 'normal' || override.startedBy === SOAK) return;
    if (desired?.mode === 'normal') await this.end(override.runId);
  }

  /** Ends an override, if it is this run's. True when there was one. The indexes are left to the console, or to `heal`. */
  async end(runId: string): Promise<boolean> {
    return withSession(this.login, async (sql) => {
      const { rows } = await sql.query('select scenario.end_override($1::text) as ended', [runId]);
      return rows[0]?.ended === true;
    });
  }

  /**
   * Ends the run and puts the indexes back to what the stack wants. Storage, pool and traffic go back with the first
   * step, so that the build and the queries behind it are not slowed down. While PostgreSQL is away it tries again.
   *
   * @returns what is desired now
   * @throws when it was not done within a minute
   */
  async heal(runId: string): Promise<Scenario> {
    const deadline = performance.now() + HEAL_WITHIN_MS;
    for (;;) {
      try {
        return await withSession(this.login, (sql) => this.healOnce(sql, runId));
      } catch (error) {
        if (performance.now() + RETRY_MS > deadline) throw error;
        this.output.line(`  PostgreSQL: ${messageOf(error)}; trying again`);
        await delay(RETRY_MS);
      }
    }
  }

  private async healOnce(sql: SqlExecutor, runId: string): Promise<Scenario> {
    const started = performance.now();
    const { rows } = await sql.query('select scenario.end_override($1::text) as ended', [runId]);
    const what = rows[0]?.ended === true ? 'run ended' : 'the run had ended already';
    this.output.line(
      `  ${what}: traffic, pool and storage go back (${duration(performance.now() - started)})`,
    );
    const read = async () => {
      const { desired, override } = await readState(sql);
      if (desired === null) throw new Error('the database has no desired scenario');
      return { desired, override };
    };
    const wanted = async (): Promise<Scenario | null> => {
      const { desired, override } = await read();
      if (override === null) return desired;
      // Somebody began another run meanwhile: the indexes are its own.
      this.output.line(`  ${describeRun(override)} has begun meanwhile: its indexes are left alone`);
      return null;
    };
    await applyIndexes(sql, wanted, (message) => {
      this.output.line(`  ${message}`);
    });
    return (await read()).desired;
  }
}

/** Who runs, for a person. */
export function describeRun(run: Override | null): string {
  if (run === null) return 'a run that has just ended; try again';
  return `run ${run.runId}, started by ${run.startedBy}, until ${new Date(run.expiresAt * 1000).toISOString()} at the latest`;
}

/** The indexes that are not what a scenario wants, each with what was found. */
export function wrongIndexes(
  scenario: Pick<Scenario, 'indexes'>,
  found: Readonly<Record<IndexName, IndexState | 'invalid'>>,
): string[] {
  return INDEX_NAMES.filter((name) => found[name] !== scenario.indexes[name]).map(
    (name) => `${name} is ${found[name]}, should be ${scenario.indexes[name]}`,
  );
}
