import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { applyIndexes, readIndexes, type FoundIndexes, type SqlExecutor } from '../../scenario/apply';
import { readState, type ScenarioState } from '../../scenario/state';
import {
  beginRun,
  changeRun,
  describeRun,
  endRun,
  OverrideRefused,
  replaceRun,
} from '../../scenario/override/store';
import { INDEX_NAMES, type Override, type Scenario } from '../../scenario/types';
import { messageOf, Refusal } from '../../machine/errors';
import { duration } from '../../report/format';
import { type Output } from '../../machine/terminal';
import { withSession } from '../../machine/session';

/** How long a heal tries while PostgreSQL is away (ms). */
const HEAL_WITHIN_MS = 60_000;
/** Between two tries (ms). */
const RETRY_MS = 1000;

/** Who starts the run that is a soak's load. */
export const SOAK = 'soak';

/** A session as the role `conductor`. @throws Refusal where the state of the override row does not let the work be done */
export async function conductorSession<T>(
  login: ClientConfig,
  work: (sql: SqlExecutor) => Promise<T>,
): Promise<T> {
  try {
    return await withSession(login, work);
  } catch (error) {
    throw error instanceof OverrideRefused ? new Refusal(error.message) : error;
  }
}

/**
 * Does something again and again while PostgreSQL is away.
 *
 * @param onTrouble told each failure but the last
 * @throws what it fails with when the time is over
 */
export async function retried<T>(
  withinMs: number,
  work: () => Promise<T>,
  onTrouble: (error: unknown) => void,
  wait: (ms: number) => Promise<void> = (ms) => delay(ms),
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() + RETRY_MS > deadline) throw error;
      onTrouble(error);
      await wait(RETRY_MS);
    }
  }
}

/** The desired scenario. @throws Refusal before there is one */
export function requireDesired({ desired }: Pick<ScenarioState, 'desired'>): Scenario {
  if (desired === null) throw new Refusal('The database has no scenario yet: restart npm start.');
  return desired;
}

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
  readIndexes(): Promise<FoundIndexes> {
    return withSession(this.login, readIndexes);
  }

  /**
   * Writes the override row, then makes the indexes what the run wants. In this order, so that nothing is ever broken
   * without a row that expires: killed at any moment, the run ends by itself and the console restores the indexes. The
   * run's start lies a few seconds ahead, so traffic meets the outage complete.
   *
   * @throws Refusal when another run is under way, and then nothing was changed
   */
  async begin(run: Override): Promise<void> {
    await conductorSession(this.login, async (sql) => {
      await beginRun(sql, run);
      await applyIndexes(sql, run.scenario, (message) => this.output.line(`  ${message}`));
    });
  }

  /**
   * Changes the clock of the run under way: pause, resume, another minute. A run that the configuration wants gets an
   * override row for it.
   *
   * @param change what becomes of the run; asked again where somebody else has changed it meanwhile
   * @returns the run as it is now
   * @throws Refusal when no run is under way, or it ended meanwhile
   */
  async change(change: (run: Override, state: ScenarioState) => Override): Promise<Override> {
    const { next } = await conductorSession(this.login, (sql) =>
      changeRun(sql, 'cli', (run, state) => ({ next: change(run, state) })),
    );
    return next;
  }

  /**
   * Heals at run time, whatever the configuration wants: the healthy scenario as an override, and its indexes. Ends
   * with its expiry or with the next `pulumi up`.
   */
  async relieve(healthy: Override): Promise<void> {
    const started = performance.now();
    await conductorSession(this.login, async (sql) => {
      await replaceRun(sql, null, healthy);
      this.output.line(
        `  healed at run time: traffic, pool and storage go back (${duration(performance.now() - started)})`,
      );
      await applyIndexes(sql, healthy.scenario, (message) => this.output.line(`  ${message}`));
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
    return withSession(this.login, (sql) => endRun(sql, runId));
  }

  /**
   * Ends the run and puts the indexes back to what the stack wants. Storage, pool and traffic go back with the first
   * step, so that the build and the queries behind it are not slowed down. While PostgreSQL is away it tries again.
   *
   * @returns what is desired now
   * @throws when it was not done within a minute
   */
  heal(runId: string): Promise<Scenario> {
    return retried(
      HEAL_WITHIN_MS,
      () => withSession(this.login, (sql) => this.healOnce(sql, runId)),
      (error) => this.output.line(`  PostgreSQL: ${messageOf(error)}; trying again`),
    );
  }

  private async healOnce(sql: SqlExecutor, runId: string): Promise<Scenario> {
    const started = performance.now();
    const what = (await endRun(sql, runId)) ? 'run ended' : 'the run had ended already';
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
    await applyIndexes(sql, wanted, (message) => this.output.line(`  ${message}`));
    return (await read()).desired;
  }
}

/** The indexes that are not what a scenario wants, each with what was found. */
export function wrongIndexes(scenario: Pick<Scenario, 'indexes'>, found: Readonly<FoundIndexes>): string[] {
  return INDEX_NAMES.filter((name) => found[name] !== scenario.indexes[name]).map(
    (name) => `${name} is ${found[name]}, should be ${scenario.indexes[name]}`,
  );
}
