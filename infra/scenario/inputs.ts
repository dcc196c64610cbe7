import type { Client } from 'pg';
import { placeOf, reasonOf, withLogin, type Login } from '../postgres/login';

/** What every dynamic resource over the scenario's database is given. */
export interface DatabaseInputs {
  login: Login;
  /** Changes when the database is a new one. */
  volume: string;
}

// Serialised into the dynamic resources and run in Pulumi's provider process, which has no ts-node: they take SQL text
// as inputs, use functions of this program that need no module, and globals.

/**
 * One session for the time of `work`.
 *
 * @throws Error with the remedy while PostgreSQL is away, and what `work` throws
 */
export async function withDatabase<T>(login: Login, work: (client: Client) => Promise<T>): Promise<T> {
  return withLogin(
    login,
    work,
    (error) =>
      new Error(
        `${placeOf(login)} cannot be reached as ${login.user}: ${reasonOf(error)}. ` +
          'Is its pod running (kubectl get pods), and does that port answer from here? Then run pulumi up again.',
        { cause: error },
      ),
  );
}

/** JSON with sorted keys: what two documents are compared by. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Names of the inputs that differ; SQL text follows the program's version and changes nothing by itself. */
export function changedInputs(olds: object, news: object): string[] {
  const before = olds as Record<string, unknown>;
  return Object.entries(news).flatMap(([name, value]) =>
    name.startsWith('__') || name === 'sql' || canonical(before[name]) === canonical(value) ? [] : [name],
  );
}
