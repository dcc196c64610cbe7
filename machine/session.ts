import { Client, type ClientConfig } from 'pg';
import { withoutVariables } from './environment';

/**
 * One session of PostgreSQL for the time of `work`. A connection that is lost rejects the query under way and does not
 * end the process. `PG*` variables are not read: they are meant for the user's own servers.
 */
export async function withSession<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = withoutVariables(
    /^PG/,
    () =>
      new Client({
        application_name: 'ecommerce-demo',
        connectionTimeoutMillis: 5000,
        keepAlive: true,
        ...config,
      }),
  );
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
