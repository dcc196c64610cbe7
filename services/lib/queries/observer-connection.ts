import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { Client, type ClientConfig } from 'pg';
import { SESSION_OPTIONS } from '../../../scenario/sql/settings';

/** A connection of its own beside the pools, untraced: made when first used, and again after it was lost. */
export class ObserverConnection {
  private client: Client | null = null;

  constructor(
    private readonly connectionString: string,
    private readonly applicationName: string,
    private readonly config: Pick<
      ClientConfig,
      'connectionTimeoutMillis' | 'query_timeout' | 'statement_timeout'
    > = {},
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
    const client = new Client({
      connectionString: this.connectionString,
      options: SESSION_OPTIONS,
      application_name: this.applicationName,
      connectionTimeoutMillis: 2_000,
      statement_timeout: 60_000,
      keepAlive: true,
      ...this.config,
    });
    client.on('error', () => this.drop(client));
    await client.connect();
    this.client = client;
    return client;
  }

  private drop(client: Client): void {
    if (this.client === client) this.client = null;
    void client.end().catch(() => undefined);
  }
}
