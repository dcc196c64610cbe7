import { readLoadGroupQuery, replaceLoadGroupStatement } from '../../../scenario/sql/load-group';
import type { ObserverConnection } from '../../lib/queries/observer-connection';
import { EMPTY_GROUP, groupSchema } from './group';
import type { GroupStore } from './membership';

/** The group in PostgreSQL: a row that is replaced only by who has read its last version. */
export function databaseStore(connection: Pick<ObserverConnection, 'use'>): GroupStore {
  return {
    read: () =>
      connection.use(async (client) => {
        const { rows } = await client.query<{ revision: string; document: unknown; now: number }>(
          readLoadGroupQuery,
        );
        const row = rows[0];
        if (!row) throw new Error('the database is not set up for replicas of the load generator');
        const stored = groupSchema.safeParse(row.document);
        // Nobody yet, or nothing of ours: whoever is there makes itself heard within a moment.
        return {
          revision: row.revision,
          group: stored.success ? stored.data : EMPTY_GROUP,
          now: row.now,
        };
      }),
    replace: (revision, group) =>
      connection.use(
        async (client) =>
          (await client.query(replaceLoadGroupStatement, [revision, JSON.stringify(group)])).rowCount === 1,
      ),
  };
}
