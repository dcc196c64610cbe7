import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { Client, type ClientConfig } from 'pg';
import { SESSION_OPTIONS } from '../../../scenario/sql/settings';

export interface ObserverOptions extends Pick<
  ClientConfig,
  'connectionTimeoutMillis' | 'query_timeout' | 'statement_timeout'
> {
  /** A channel of NOTIFY on which the connection listens, and what is done when something comes. */
  listen?: { channel: string; heard: () => void };
  /** Makes the session's client; tests put their own in its place. */
  makeClient?: (config: ClientConfig) => Client;
}

/** A connection of its own beside the pools, untraced: made when first used, and again after it was lost. */
export class ObserverConnection {
  private client: Client | null = null;

  constructor(
    private readonly connectionString: string,
    private readonly applicationName: string,
    private readonly options: ObserverOptions = {},
  ) {}

  /** Runs `work` on the connection; an error drops it, so that the next use begins afresh. */
  use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    // A request may be what asks: its trace shows what it did, not what was looked up about it.
    return context.with(suppressTracing(context.active()), () => this.run(work));
  }

  private async run<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = this.client ?? (await this.connect());
    try {
      return await work(client);
    } catch (error) {
      this.drop(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    const { listen, makeClient = (config: ClientConfig) => new Client(config), ...limits } = this.options;
    const client = makeClient({
      connectionString: this.connectionString,
      options: SESSION_OPTIONS,
      application_name: this.applicationName,
      connectionTimeoutMillis: 2_000,
      statement_timeout: 60_000,
      keepAlive: true,
      ...limits,
    });
    client.on('error', () => this.drop(client));
    if (listen) client.on('notification', listen.heard);
    try {
      await client.connect();
      if (listen) await client.query(`listen ${listen.channel}`);
    } catch (error) {
      // Connected, but not listening: nobody else would ever end it.
      this.drop(client);
      throw error;
    }
    this.client = client;
    return client;
  }

  private drop(client: Client): void {
    if (this.client === client) this.client = null;
    void client.end().catch(() => undefined);
  }
}
