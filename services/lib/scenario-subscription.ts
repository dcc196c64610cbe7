import { Client, type ClientConfig } from 'pg';
import { effectiveScenario, readState } from '../../scenario/state';
import { SCENARIO_CHANNEL, stateRevisionQuery } from '../../scenario/sql/state';
import { positionAt } from '../../scenario/timeline';
import type { EffectiveScenario, TimelinePosition } from '../../scenario/types';
import { every, type BackgroundTask } from './background';
import { logger } from './logger';

/** Besides NOTIFY, the rows are polled this often (ms): a lost notification costs a second, no more. */
const POLL_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 2_000;

export interface SubscriptionOptions {
  connectionString: string;
  applicationName: string;
  /** Makes the session's client; tests put their own in its place. */
  makeClient?: (config: ClientConfig) => Pick<Client, 'connect' | 'query' | 'end' | 'on'>;
}

type SubscriptionClient = ReturnType<NonNullable<SubscriptionOptions['makeClient']>>;

/** Unix seconds now. */
export function unixNow(): number {
  return Date.now() / 1000;
}

/**
 * Follows the scenario rows: LISTEN, and a poll each second; untraced. While the database is away the last known
 * scenario counts.
 */
export class ScenarioSubscription {
  private client: SubscriptionClient | null = null;
  private revision: string | null = null;
  private effective: EffectiveScenario | null = null;
  private readonly listeners: ((effective: EffectiveScenario) => void)[] = [];
  private task: BackgroundTask | null = null;
  private refreshing: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly options: SubscriptionOptions) {}

  /** Begins to follow; resolves at once, and tries for ever. */
  start(): Promise<void> {
    this.task ??= every(POLL_MS, 'scenario subscription', () => this.refresh());
    return Promise.resolve();
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
    await this.client?.end().catch(() => undefined);
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.read().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async read(): Promise<void> {
    if (this.closed) return;
    const client = this.client ?? (await this.connect());
    try {
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
    } catch (error) {
      this.drop(client);
      throw error;
    }
  }

  private async connect(): Promise<SubscriptionClient> {
    const { makeClient = (config: ClientConfig) => new Client(config) } = this.options;
    const client = makeClient({
      connectionString: this.options.connectionString,
      application_name: this.options.applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => this.drop(client));
    client.on('notification', () => void this.refresh().catch(() => undefined));
    try {
      await client.connect();
      await client.query(`listen ${SCENARIO_CHANNEL}`);
    } catch (error) {
      // Connected, but not listening: nobody else would ever end it.
      this.drop(client);
      throw error;
    }
    this.client = client;
    return client;
  }

  private drop(client: SubscriptionClient): void {
    if (this.client === client) this.client = null;
    void client.end().catch(() => undefined);
  }
}
