import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Client } from 'pg';
import { withSession } from '../../machine/session';
import { setupDatabase } from '../../scenario/apply';
import type { NewOrder } from '../../services/checkout/order-input';
import { OrderRepository } from '../../services/checkout/order-repository';
import { InstrumentedPool } from '../../services/lib/database';
import { HttpError } from '../../services/lib/errors';
import { findConfirmation, sendConfirmation } from '../../services/notification/confirmations';
import { SetAside, takeMessages, type Message } from '../../services/notification/outbox';
import { OutboxReader } from '../../services/notification/outbox-reader';
import { until } from '../harness';
import { CATALOG_ROWS, startOwnDatabase, type OwnDatabase } from './own-database';

const orderOf = (id: string, change: Partial<NewOrder> = {}): NewOrder => ({
  id,
  idempotencyKey: id,
  userId: 'user-1',
  totalCents: 12_345,
  currency: 'USD',
  items: [{ product_id: 7, quantity: 2 }],
  paymentId: 'pay_1',
  ...change,
});

/** The outbox against PostgreSQL itself, with the rights that checkout and notification have. */
describe('the confirmation of an order', () => {
  let database: OwnDatabase;
  let orders: OrderRepository;
  let checkoutPool: InstrumentedPool;
  /** Two replicas of the service. */
  let replicas: InstrumentedPool[] = [];

  const asOwner = <T>(work: (client: Client) => Promise<T>): Promise<T> =>
    withSession({ connectionString: database.urls.superuser }, work);
  const poolOf = (name: string): InstrumentedPool =>
    new InstrumentedPool({ name, connectionString: database.urls.shop_app, max: 3 });
  const sendFrom =
    (pool: InstrumentedPool) =>
    async (message: Message): Promise<void> => {
      await sendConfirmation(pool, message);
    };
  const take = (pool: InstrumentedPool, deliver: (message: Message) => Promise<void>): Promise<boolean> =>
    takeMessages(pool, deliver, new SetAside());
  const placeOrders = async (count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => randomUUID());
    for (const id of ids) await orders.create(orderOf(id));
    return ids;
  };
  const unsent = (): Promise<number> =>
    asOwner(async (client) => {
      const { rows } = await client.query<{ count: string }>(
        'select count(*) from shop.outbox where sent_at is null',
      );
      return Number(rows[0]?.count);
    });
  const deliveriesOf = (ids: string[]): Promise<number[]> =>
    asOwner(async (client) => {
      const { rows } = await client.query<{ deliveries: number }>(
        'select deliveries from shop.notifications where order_id = any($1::uuid[])',
        [ids],
      );
      return rows.map(({ deliveries }) => deliveries);
    });
  /** Ends the session that has a transaction open, as a process that is killed does; its locks are gone then. */
  const killTaker = (pool: string): Promise<boolean> =>
    asOwner(async (client) => {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity
          where application_name like '%/' || $1 and state = 'idle in transaction'`,
        [pool],
      );
      return rowCount === 1;
    });

  before(async () => {
    database = await startOwnDatabase();
    checkoutPool = poolOf('orders');
    orders = new OrderRepository(checkoutPool);
    replicas = [poolOf('first'), poolOf('second')];
  });
  after(async () => {
    await Promise.all([checkoutPool, ...replicas].map((pool) => pool.close()));
    await database.stop();
  });
  beforeEach(() =>
    asOwner((client) => client.query('truncate shop.orders, shop.outbox, shop.notifications')),
  );
  const pair = (): [InstrumentedPool, InstrumentedPool] => {
    const [first, second] = replicas;
    assert.ok(first && second);
    return [first, second];
  };

  it('is asked for by the statement that writes the order, and by no retry of it', async () => {
    const [id] = await placeOrders(1);
    assert.ok(id);
    assert.equal((await orders.create(orderOf(id, { totalCents: 1 }))).created, false);
    assert.equal(await unsent(), 1);
    await assert.rejects(orders.create(orderOf(id, { userId: 'other' })), { reason: 'order-id-taken' });
    // What cannot be asked for is not ordered either.
    await asOwner((client) =>
      client.query('alter table shop.outbox add constraint full_up check (false) not valid'),
    );
    const other = randomUUID();
    await assert.rejects(orders.create(orderOf(other)));
    await asOwner((client) => client.query('alter table shop.outbox drop constraint full_up'));
    assert.equal(await orders.find(other), null);
    assert.equal(await unsent(), 1);
  });

  it('is sent once, whichever of two replicas takes it', async () => {
    const ids = await placeOrders(100);
    const takeAll = async (pool: InstrumentedPool): Promise<void> => {
      while (await take(pool, sendFrom(pool)));
    };
    await Promise.all(replicas.map(takeAll));
    // The one whose last look met only rows that the other had taken is done before it.
    await Promise.all(replicas.map(takeAll));
    assert.deepEqual(await deliveriesOf(ids), Array(100).fill(1));
    assert.equal(await unsent(), 0);
    const confirmation = await findConfirmation(pair()[0], ids[0] ?? '');
    assert.match(confirmation?.message ?? '', /of 2 pieces, 123\.45 USD, is confirmed/);
    assert.equal(confirmation?.user_id, 'user-1');
  });

  it('is sent by another replica when the one that took it ends before it sends', async () => {
    const [first, second] = pair();
    const ids = await placeOrders(1);
    let taken: () => void = () => undefined;
    const took = new Promise<void>((resolve) => (taken = resolve));
    let goOn: () => void = () => undefined;
    const killed = new Promise<void>((resolve) => (goOn = resolve));
    const dying = take(first, async () => {
      taken();
      await killed;
    });
    await took;
    await take(second, sendFrom(second));
    assert.deepEqual(await deliveriesOf(ids), [], 'it is in the hands of the first');
    assert.ok(await killTaker('first'));
    goOn();
    await assert.rejects(dying, { reason: 'database-unavailable' });
    await take(second, sendFrom(second));
    assert.deepEqual(await deliveriesOf(ids), [1]);
    assert.equal(await unsent(), 0);
  });

  it('is known again when the one that sent it ends before it says so', async () => {
    const [first, second] = pair();
    const ids = await placeOrders(1);
    await assert.rejects(
      take(first, async (message) => {
        assert.equal(await sendConfirmation(first, message), true);
        assert.ok(await killTaker('first'));
      }),
      { reason: 'database-unavailable' },
    );
    assert.equal(await unsent(), 1);
    const before = await findConfirmation(second, ids[0] ?? '');
    let sentNow: boolean | null = null;
    await take(second, async (message) => {
      sentNow = await sendConfirmation(second, message);
    });
    assert.equal(sentNow, false);
    assert.deepEqual(await deliveriesOf(ids), [2]);
    assert.deepEqual(await findConfirmation(second, ids[0] ?? ''), { ...before, deliveries: 2 });
    assert.equal(await unsent(), 0);
  });

  it('that fails for a while keeps neither those before it nor, the next time, those after it', async () => {
    const [first] = pair();
    const [before, failing, after] = await placeOrders(3);
    const sent: string[] = [];
    const failOnce = (message: Message): Promise<void> => {
      if (message.order_id === failing && !sent.includes('failed')) {
        sent.push('failed');
        return Promise.reject(new HttpError(503, 'database-unavailable', 'no mail today'));
      }
      sent.push(message.order_id);
      return Promise.resolve();
    };
    await assert.rejects(take(first, failOnce), /no mail today/);
    assert.equal(await unsent(), 2);
    await take(first, failOnce);
    assert.deepEqual(sent, [before, 'failed', failing, after]);
    assert.equal(await unsent(), 0);
  });

  it('that cannot be sent as it is keeps no other, and is tried again later', async () => {
    const [first] = pair();
    const poisoned = await placeOrders(25);
    await asOwner((client) => client.query(`update shop.orders set items = '{}'`));
    const [good] = await placeOrders(1);
    let now = 0;
    const aside = new SetAside(() => now);
    const takeAll = async (): Promise<void> => {
      while (await takeMessages(first, sendFrom(first), aside));
    };
    await takeAll();
    assert.deepEqual(await deliveriesOf([good ?? '']), [1], 'a whole batch that fails is passed over');
    assert.equal(await unsent(), 25);
    await asOwner((client) => client.query(`update shop.orders set items = '[]'`));
    await takeAll();
    assert.equal(await unsent(), 25, 'not yet');
    now = 60_000;
    await takeAll();
    assert.equal(await unsent(), 0);
    assert.deepEqual(await deliveriesOf(poisoned), Array(25).fill(1));
  });

  it('is sent when PostgreSQL tells of it, and also after nobody heard', async () => {
    const [first] = pair();
    let looks = 0;
    const reader = new OutboxReader(database.urls.shop_app, () => {
      looks += 1;
      return take(first, sendFrom(first));
    });
    const sessions = (statement: string): Promise<number> =>
      asOwner(async (client) => (await client.query(statement)).rowCount ?? 0);
    const listening = `select pid from pg_stat_activity where application_name = 'notification/outbox'`;
    reader.start();
    await until(
      async () => (await sessions(listening)) === 1,
      5000,
      () => 'somebody listens',
    );
    const ids = await placeOrders(5);
    await until(
      async () => (await unsent()) === 0,
      5000,
      () => 'the messages are sent',
    );
    // The connection that listens is lost: the poll finds the message, and listens anew.
    await sessions(`select pg_terminate_backend(pid) from (${listening}) as heard`);
    ids.push(...(await placeOrders(1)));
    await until(
      async () => (await unsent()) === 0,
      5000,
      () => 'the message that was not heard is sent',
    );
    await until(
      async () => (await sessions(listening)) === 1,
      5000,
      () => 'somebody listens again',
    );
    assert.deepEqual(await deliveriesOf(ids), Array(6).fill(1));
    await reader.close();
    const before = looks;
    await placeOrders(1);
    assert.equal(looks, before, 'nobody looks any more');
    assert.equal(await unsent(), 1);
  });

  it('is sent also in a shop that told nobody before', async () => {
    await asOwner((client) => client.query('drop table shop.outbox, shop.notifications'));
    await asOwner((client) => setupDatabase(client, { catalogRows: CATALOG_ROWS, log: () => undefined }));
    const ids = await placeOrders(1);
    const [first] = pair();
    await take(first, sendFrom(first));
    assert.deepEqual(await deliveriesOf(ids), [1]);
  });

  it('can be made to vanish by no service', async () => {
    for (const statement of [
      'delete from shop.outbox',
      'delete from shop.notifications',
      'truncate shop.outbox',
      'update shop.outbox set order_id = order_id',
      `update shop.outbox set context = '{}'`,
      `update shop.notifications set message = ''`,
    ]) {
      await assert.rejects(checkoutPool.query(statement), { reason: 'database-not-set-up' }, statement);
    }
  });
});
