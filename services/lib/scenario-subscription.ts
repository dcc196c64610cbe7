import { effectiveScenario, readState } from '../../scenario/state';
import { SCENARIO_CHANNEL, stateRevisionQuery } from '../../scenario/sql/state';
import { positionAt } from '../../scenario/timeline';
import type { EffectiveScenario, TimelinePosition } from '../../scenario/types';
import { every, type BackgroundTask, oneAtATime } from './background';
import { logger } from './logger';
import { ObserverConnection, type ObserverOptions } from './queries/observer-connection';

/** Besides NOTIFY, the rows are polled this often (ms): a lost notification costs a second, no more. */
const POLL_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 2_000;

/** Unix seconds now. */
export function unixNow(): number {
  return Date.now() / 1000;
}

/**
 * Follows the scenario rows: LISTEN, and a poll each second; untraced. While the database is away the last known
 * scenario counts.
 */
export class ScenarioSubscription {
  private readonly connection: ObserverConnection;
  private revision: string | null = null;
  private effective: EffectiveScenario | null = null;
  private readonly listeners: ((effective: EffectiveScenario) => void)[] = [];
  private task: BackgroundTask | null = null;
  private readonly refresh = oneAtATime(() => this.read());
  private closed = false;

  constructor(
    connectionString: string,
    applicationName: string,
    options: Pick<ObserverOptions, 'makeClient'> = {},
  ) {
    this.connection = new ObserverConnection(connectionString, applicationName, {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      listen: { channel: SCENARIO_CHANNEL, heard: () => void this.refresh().catch(() => undefined) },
      ...options,
    });
  }

  /** Begins to follow, and tries for ever. */
  start(): void {
    this.task ??= every(POLL_MS, 'scenario subscription', () => this.refresh());
  }

  /** What counts now; null before the first answer of the database. */
  current(): EffectiveScenario | null {
    return this.effective;
  }

  /** Where the run stands; `normal` before anything is known. */
  position(nowSeconds: number = unixNow()): TimelinePosition {
    if (!this.effective) return { state: 'normal', minute: null, phase: 'normal', phaseTitle: 'Normal' };
    return positionAt(this.effective, nowSeconds);
  }

  /** Calls `listener` with each change, and at once when something is known already. */
  onChange(listener: (effective: EffectiveScenario) => void): void {
    this.listeners.push(listener);
    if (this.effective) listener(this.effective);
  }

  /** Readiness: some scenario is known. */
  assertKnown(): void {
    if (!this.effective) throw new Error('no scenario known yet: PostgreSQL has not answered');
  }

  async close(): Promise<void> {
    this.closed = true;
    this.task?.stop();
    await this.connection.close();
  }

  private async read(): Promise<void> {
    if (this.closed) return;
    await this.connection.use(async (client) => {
      const { rows } = await client.query<{ revision: string }>(stateRevisionQuery);
      const revision = rows[0]?.revision ?? null;
      if (revision === this.revision) return;
      const state = await readState(client);
      const effective = effectiveScenario(state);
      this.revision = revision;
      if (state.faults.length > 0) {
        logger.error({ 'demo.faults': state.faults }, 'a stored scenario is none: the last good one counts');
        if (this.effective !== null) return;
      }
      if (!effective) return;
      this.effective = effective;
      const { mode, runId } = effective.scenario;
      logger.info(
        { 'demo.mode': mode, 'demo.run_id': runId, 'demo.source': effective.source },
        'scenario changed',
      );
      for (const listener of this.listeners) listener(effective);
    });
  }
}
