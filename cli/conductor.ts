import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import {
  applyIndexes,
  readIndexes,
  readState,
  type ScenarioState,
  type SqlExecutor,
} from '../scenario/apply';
import { OVERRIDE_EXISTS_SQLSTATE } from '../scenario/sql/state';
import {
  INDEX_NAMES,
  type IndexName,
  type IndexState,
  type Override,
  type Scenario,
} from '../scenario/types';
import { codeOf, messageOf, Refusal } from './faults';
import { duration, type Output } from './output';

/** How long a heal tries while PostgreSQL is away (ms). */
const HEAL_WITHIN_MS = 60_000;
const RETRY_MS = 1000;

/** Begins and heals a run, over connections as the role `conductor`. Each step has its own: none survives a restart. */
export class Conductor {
  constructor(
    private readonly conductorUrl: string,
    private readonly output: Output,
  ) {}

  /** Desired and override row as they are. */
  readState(): Promise<ScenarioState> {
    return withConnection(this.conductorUrl, readState);
  }

  /** What indexes there are. */
  readIndexes(): Promise<Record<IndexName, IndexState | 'invalid'>> {
    return withConnection(this.conductorUrl, readIndexes);
  }

  /**
   * Writes the override row, then makes the indexes what the run wants. In this order, so that nothing is ever broken
   * without a row that expires: killed at any moment, the run ends by itself and the console mends the indexes. The
   * run's start lies a few seconds ahead, so traffic meets the outage complete.
   *
   * @throws Refusal when another run is under way, and then nothing was changed
   */
  async begin(run: Override): Promise<void> {
    await withConnection(this.conductorUrl, async (sql) => {
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
        return await withConnection(this.conductorUrl, (sql) => this.healOnce(sql, runId));
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
    const { desired, override } = await readState(sql);
    if (desired === null) throw new Error('the database has no desired scenario');
    // Somebody began another run meanwhile: the indexes are its own.
    if (override === null) {
      await applyIndexes(sql, desired, (message) => {
        this.output.line(`  ${message}`);
      });
    } else {
      this.output.line(`  ${describeRun(override)} has begun meanwhile: its indexes are left alone`);
    }
    return desired;
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

/** One session for the time of `work`. A connection that is lost rejects the query and does not end the process. */
async function withConnection<T>(url: string, work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'ecommerce-demo/cli',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work({
      query: async (text, values) => {
        const { rows } = await client.query<Record<string, unknown>>(text, values);
        return { rows };
      },
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
