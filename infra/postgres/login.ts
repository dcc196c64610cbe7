import type { Client } from 'pg';

/** How to log in to PostgreSQL from the operator's machine. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** The server's certificate, which is its own authority. */
  ca: string;
}

// Serialised into the dynamic resources and run in Pulumi's provider process, which has no ts-node: functions of this
// file and globals only, modules by `require` inside.

/**
 * One connection for the time of `work`.
 *
 * @param whenRefused makes what is thrown of an error that no connection came of
 */
export async function withLogin<T>(
  login: Login,
  work: (client: Client) => Promise<T>,
  whenRefused: (error: unknown) => unknown = (error) => error,
): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Client } = require('pg') as typeof import('pg');
  const client = new Client({
    host: login.host,
    port: login.port,
    user: login.user,
    password: login.password,
    database: login.database,
    connectionTimeoutMillis: 5000,
    application_name: 'pulumi',
    // The certificate itself is known, so the name in it needs no checking.
    ssl: { ca: login.ca, checkServerIdentity: () => undefined },
  });
  client.on('error', () => undefined);
  try {
    await client.connect().catch((error: unknown) => {
      throw whenRefused(error);
    });
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Where a login leads, for a person. */
export function placeOf(login: Login): string {
  return `PostgreSQL at ${login.host}:${login.port}`;
}

/** The text of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
