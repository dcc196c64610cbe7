import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { OUTBOX_CHANNEL } from '../../scenario/sql/outbox';
import { every, type BackgroundTask } from '../lib/background';
import { ObserverConnection } from '../lib/queries/observer-connection';

/** The outbox is looked into this often (ms) whatever is heard: a notification that was missed costs a second, no more. */
const POLL_MS = 1_000;

/** Empties the outbox when PostgreSQL says that there is something in it, and now and then. */
export class OutboxReader {
  private readonly connection: ObserverConnection;
  private emptying: Promise<void> | null = null;
  private task: BackgroundTask | null = null;

  /** @param take takes some messages, and says whether there may be more */
  constructor(
    connectionString: string,
    private readonly take: () => Promise<boolean>,
  ) {
    this.connection = new ObserverConnection(connectionString, 'notification/outbox', {
      listen: { channel: OUTBOX_CHANNEL, heard: () => this.hear() },
    });
  }

  /** Begins to read, and goes on until {@link close}. */
  start(): void {
    this.task = every(POLL_MS, 'outbox', async () => {
      // Asked something, the connection tells that it is dead, and is made anew.
      await Promise.all([this.empty(), this.connection.use((client) => client.query('select 1'))]);
    });
  }

  /** Ends; what is taken is sent before. */
  async close(): Promise<void> {
    this.task?.stop();
    await this.emptying?.catch(() => undefined);
    await this.connection.close();
  }

  /** One at a time: whoever asks meanwhile gets the end of the one under way. */
  private empty(): Promise<void> {
    this.emptying ??= this.takeAll().finally(() => {
      this.emptying = null;
    });
    return this.emptying;
  }

  private async takeAll(): Promise<void> {
    while (await this.take());
  }

  private hear(): void {
    // What goes wrong is met, and told, by the next poll; so is what comes just as the outbox was found empty.
    void context.with(suppressTracing(context.active()), () => this.empty()).catch(() => undefined);
  }
}
