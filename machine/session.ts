import { Client, type ClientConfig } from 'pg';

/** One session, as scenario/ takes it (scenario/sql/executor.ts). */
export interface SqlSession {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/**
 * One session of PostgreSQL for the time of `work`. A connection that is lost rejects the query under way and does not
 * end the process.
 */
export async function withSession<T>(
  config: ClientConfig,
  work: (sql: SqlSession, client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    ...config,
    application_name: 'ecommerce-demo/cli',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(
      {
        query: async (text, values) => {
          const { rows } = await client.query<Record<string, unknown>>(text, values);
          return { rows };
        },
      },
      client,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
