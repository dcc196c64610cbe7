import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Client } from 'pg';
import { resolveScenario } from '../../scenario/resolve';
import type { Scenario } from '../../scenario/types';
import { ScenarioSubscription } from './scenario-subscription';

/** PostgreSQL as the subscription sees it: one desired row, and whether it listens and answers. */
class Database {
  desired: Scenario = resolveScenario({}, { nowSeconds: 1_700_000_000 });
  revision = 1;
  listens = true;
  answers = true;
  readonly clients: FakeClient[] = [];

  get open(): number {
    return this.clients.filter(({ ended }) => !ended).length;
  }
}

class FakeClient extends EventEmitter {
  ended = false;

  constructor(private readonly database: Database) {
    super();
    database.clients.push(this);
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  query(text: string): Promise<{ rows: Record<string, unknown>[] }> {
    const { database } = this;
    if (text.startsWith('listen'))
      return database.listens ? Promise.resolve({ rows: [] }) : Promise.reject(new Error('recovering'));
    if (!database.answers) return Promise.reject(new Error('terminating connection'));
    const row = text.includes('start_at')
      ? { desired: database.desired, override_revision: null }
      : { revision: String(database.revision) };
    return Promise.resolve({ rows: [row] });
  }

  end(): Promise<void> {
    this.ended = true;
    return Promise.resolve();
  }
}

describe('the scenario subscription', () => {
  let database: Database;
  let subscription: ScenarioSubscription;
  let heard: string[];

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    database = new Database();
    heard = [];
    subscription = new ScenarioSubscription('postgres://nowhere', 'test', {
      makeClient: () => new FakeClient(database) as unknown as Client,
    });
    subscription.onChange(({ scenario }) => heard.push(scenario.title));
  });
  afterEach(async () => {
    await subscription.close();
    mock.timers.reset();
  });

  const settle = async (): Promise<void> => {
    for (let round = 0; round < 5; round++) await setImmediate();
  };
  const poll = async (): Promise<void> => {
    mock.timers.tick(1000);
    await settle();
  };

  it('leaves no session behind while the database takes connections and does not let it listen', async () => {
    database.listens = false;
    subscription.start();
    await settle();
    for (let round = 0; round < 5; round++) await poll();
    assert.equal(database.clients.length, 6, 'it tries again');
    assert.equal(database.open, 0);
    assert.throws(() => {
      subscription.assertKnown();
    });
    database.listens = true;
    await poll();
    assert.equal(database.open, 1);
    subscription.assertKnown();
  });

  it('tells each change once, on a notification at once, else with the next poll', async () => {
    subscription.start();
    await settle();
    assert.deepEqual(heard, ['Normal operations']);
    await poll();
    assert.equal(heard.length, 1, 'nothing has changed');
    database.desired = { ...database.desired, title: 'changed' };
    database.revision = 2;
    database.clients[0]?.emit('notification');
    await settle();
    assert.deepEqual(heard.slice(1), ['changed']);
    database.desired = { ...database.desired, title: 'changed again' };
    database.revision = 3;
    await poll();
    assert.deepEqual(heard.slice(2), ['changed again']);
  });

  it('keeps the last known scenario while the database is away, with one session when it is back', async () => {
    subscription.start();
    await settle();
    database.answers = false;
    await poll();
    await poll();
    assert.equal(subscription.current()?.scenario.title, 'Normal operations');
    assert.equal(database.open, 0);
    database.answers = true;
    await poll();
    assert.equal(database.open, 1);
  });

  it('keeps the last good scenario when a row holds none', async () => {
    subscription.start();
    await settle();
    const good = subscription.current();
    assert.ok(good);
    database.desired = { mode: 'normal' } as Scenario;
    database.revision += 1;
    await poll();
    assert.equal(subscription.current(), good);
  });
});
