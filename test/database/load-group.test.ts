import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ObserverConnection } from '../../services/lib/queries/observer-connection';
import { databaseStore } from '../../services/load-generator/replicas/database-store';
import { hear, type LoadGroup } from '../../services/load-generator/replicas/group';
import { startOwnDatabase, type OwnDatabase } from './own-database';

/** The row that the load generator's replicas share, against PostgreSQL itself, as the role that they log in with. */
describe('the load generator’s group', () => {
  let database: OwnDatabase;
  const connections: ObserverConnection[] = [];
  const open = () => {
    const connection = new ObserverConnection(database.urls.shop_app, 'test');
    connections.push(connection);
    return databaseStore(connection);
  };
  before(async () => {
    database = await startOwnDatabase();
  });
  after(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await database.stop();
  });

  it('is empty at first, with the database’s clock', async () => {
    const { group, now } = await open().read();
    assert.deepEqual(group, { members: [], divisions: [], quietUntil: 0 });
    assert.ok(Math.abs(now - Date.now()) < 60_000);
  });

  it('is replaced by one of those who read the same version', async () => {
    const stores = [1, 2, 3, 4].map(open);
    const read = await Promise.all(stores.map((store) => store.read()));
    const replaced = await Promise.all(
      stores.map((store, i) => {
        const { revision, group, now } = read[i] ?? assert.fail();
        return store.replace(
          revision,
          hear(group, { name: `r${String(i)}`, id: `r${String(i)}` }, now).group,
        );
      }),
    );
    assert.equal(replaced.filter(Boolean).length, 1);
    const { group } = await open().read();
    assert.deepEqual(
      group.members.map(({ name }) => name),
      [`r${String(replaced.indexOf(true))}`],
    );
  });

  it('takes a document that is none for nobody', async () => {
    const store = open();
    const { revision } = await store.read();
    assert.ok(await store.replace(revision, { members: 'none' } as unknown as LoadGroup));
    assert.deepEqual((await store.read()).group.members, []);
  });
});
