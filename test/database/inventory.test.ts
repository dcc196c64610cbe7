import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Link, Span } from '@opentelemetry/api';
import type { Client } from 'pg';
import { withSession } from '../../machine/session';
import { setupDatabase } from '../../scenario/apply';
import { DELIVERY_PIECES, REORDER_POINT_PIECES } from '../../scenario/sql/stock';
import { InstrumentedPool } from '../../services/lib/database';
import { HttpError } from '../../services/lib/errors';
import { ObserverConnection } from '../../services/lib/queries/observer-connection';
import type { QueryObservation } from '../../services/lib/telemetry/query-observation';
import { LockWaits } from '../../services/inventory/lock-waits';
import { findReservation, release, reserve } from '../../services/inventory/reservations';
import { restock, settleReservations } from '../../services/inventory/stock-keeping';
import { until } from '../harness';
import { CATALOG_ROWS, startOwnDatabase, type OwnDatabase } from './own-database';

/** The inventory against PostgreSQL itself, with the rights that its service has. */
describe('the stock', () => {
  let database: OwnDatabase;
  let pool: InstrumentedPool;
  let inventory: { reservations: InstrumentedPool; waits: LockWaits };

  const asOwner = <T>(work: (client: Client) => Promise<T>): Promise<T> =>
    withSession({ connectionString: database.urls.superuser }, work);
  const stockOf = async (...ids: number[]): Promise<number[]> =>
    asOwner(async (client) => {
      const { rows } = await client.query<{ available: number }>(
        'select available from shop.stock where product_id = any($1) order by product_id',
        [ids],
      );
      return rows.map(({ available }) => available);
    });
  const setStock = (id: number, available: number) =>
    asOwner((client) =>
      client.query('update shop.stock set available = $2 where product_id = $1', [id, available]),
    );
  const writeOrder = (id: string) =>
    asOwner((client) =>
      client.query(
        `insert into shop.orders (id, idempotency_key, user_id, total_cents, currency, items)
         values ($1::uuid, $1::uuid::text, 'u', 1, 'USD', '[]')`,
        [id],
      ),
    );
  /** Makes reservations as old as a forgotten one. */
  const age = (...ids: string[]) =>
    asOwner((client) =>
      client.query(
        `update shop.reservations set reserved_at = now() - interval '1 hour' where order_id = any($1)`,
        [ids],
      ),
    );
  const stateOf = async (id: string) => (await findReservation(pool, id))?.state;

  before(async () => {
    database = await startOwnDatabase();
    pool = new InstrumentedPool({
      name: 'reservations',
      connectionString: database.urls.shop_app,
      max: 8,
      statementTimeoutMs: 1_500,
    });
    const observer = new ObserverConnection(database.urls.shop_app, 'inventory/lock-observer');
    inventory = { reservations: pool, waits: new LockWaits(observer) };
  });
  after(async () => {
    await Promise.all([pool.close(), inventory.waits.close()]);
    await database.stop();
  });
  beforeEach(async () => {
    for (const id of [4, 30, 123]) await setStock(id, DELIVERY_PIECES);
  });

  it('is there for every product, also in the database of a shop that had none', async () => {
    const count = async () =>
      asOwner(async (client) => {
        const { rows } = await client.query<{ count: string }>('select count(*) from shop.stock');
        return Number(rows[0]?.count);
      });
    assert.equal(await count(), CATALOG_ROWS);
    await asOwner((client) => client.query('drop table shop.stock, shop.reservations'));
    await asOwner((client) => setupDatabase(client, { catalogRows: CATALOG_ROWS, log: () => undefined }));
    assert.equal(await count(), CATALOG_ROWS);
    await setStock(4, 5);
    await asOwner((client) => setupDatabase(client, { catalogRows: CATALOG_ROWS, log: () => undefined }));
    assert.deepEqual(await stockOf(4), [5], 'a second set-up counts nothing anew');
  });

  it('is taken once for an order, however often and however many at once ask', async () => {
    const order = randomUUID();
    const items = [
      { product_id: 123, quantity: 2 },
      { product_id: 4, quantity: 1 },
    ];
    const answers = await Promise.all([1, 2, 3, 4].map(() => reserve(inventory, order, items)));
    assert.deepEqual(answers.filter(Boolean), [true]);
    assert.deepEqual(await stockOf(4, 123), [DELIVERY_PIECES - 1, DELIVERY_PIECES - 2]);
  });

  it('is taken all or none', async () => {
    await setStock(30, 1);
    const order = randomUUID();
    const items = [
      { product_id: 4, quantity: 1 },
      { product_id: 30, quantity: 2 },
    ];
    await assert.rejects(reserve(inventory, order, items), { reason: 'out-of-stock', status: 409 });
    assert.deepEqual(await stockOf(4, 30), [DELIVERY_PIECES, 1]);
    assert.equal(await stateOf(order), undefined, 'and nothing says that it was');
    await assert.rejects(reserve(inventory, randomUUID(), [{ product_id: CATALOG_ROWS + 1, quantity: 1 }]), {
      reason: 'unknown-product',
      status: 404,
    });
  });

  it('never locks two orders against each other', async () => {
    const there = [
      { product_id: 4, quantity: 1 },
      { product_id: 123, quantity: 1 },
    ];
    const orders = Array.from({ length: 40 }, (_, n) =>
      reserve(inventory, randomUUID(), n % 2 === 0 ? there : [...there].reverse()),
    );
    assert.deepEqual(new Set(await Promise.all(orders)), new Set([true]));
    assert.deepEqual(await stockOf(4, 123), [DELIVERY_PIECES - 40, DELIVERY_PIECES - 40]);
  });

  it('is waited for no longer than its statement may take, and nothing is left of who gave up', async () => {
    await asOwner(async (holder) => {
      await holder.query('begin');
      await holder.query('update shop.stock set available = available where product_id = 123');
      const order = randomUUID();
      await assert.rejects(reserve(inventory, order, [{ product_id: 123, quantity: 1 }]), {
        status: 503,
        reason: 'lock-timeout',
      });
      assert.equal(
        await reserve(inventory, randomUUID(), [{ product_id: 4, quantity: 1 }]),
        true,
        'others sell',
      );
      await holder.query('rollback');
      assert.equal(await reserve(inventory, order, [{ product_id: 123, quantity: 1 }]), true);
    });
  });

  it('is held while payment is asked, and not taken when that fails', async () => {
    const order = randomUUID();
    const items = [{ product_id: 123, quantity: 1 }];
    let heldMeanwhile = false;
    await assert.rejects(
      reserve(inventory, order, items, async () => {
        heldMeanwhile = await reserve(inventory, randomUUID(), items).then(
          () => false,
          (error: unknown) => error instanceof HttpError && error.reason === 'lock-timeout',
        );
        throw new Error('declined');
      }),
      /declined/,
    );
    assert.ok(heldMeanwhile);
    assert.equal(await stateOf(order), undefined);
    assert.deepEqual(await stockOf(123), [DELIVERY_PIECES]);
  });

  it('shows who waits the transaction that holds the row, however many are before him', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const update = 'update shop.stock set available = available where product_id = 123';
    const links: Record<string, Link[]> = { head: [], second: [] };
    await asOwner(async (holder) => {
      await holder.query('begin');
      await holder.query(`${update} /*traceparent='00-${traceId}-b7ad6b7169203331-01'*/`);
      let now = 0;
      const observer = new ObserverConnection(database.urls.superuser, 'test');
      const waits = new LockWaits(observer, () => now);
      const waiting = Object.entries(links).map(([name, found]) =>
        asOwner(async (client) => {
          const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
          const statement = (observation: QueryObservation) => {
            observation.onSpan?.({ addLink: (link: Link) => found.push(link) } as unknown as Span);
            return client.query(`${update} -- ${name}`);
          };
          await waits.during({ pid: rows[0]?.pid ?? 0, productId: 123 }, statement, () => undefined);
        }),
      );
      // In a session of its own: a transaction sees pg_stat_activity as it was when it first looked.
      const queued = (): Promise<boolean> =>
        asOwner(async (client) => {
          const { rows } = await client.query<{ count: string }>(
            `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'update shop.stock%'`,
          );
          return Number(rows[0]?.count) === 2;
        });
      await until(queued, 5000, () => 'two wait');
      await waits.look();
      assert.deepEqual(links, { head: [], second: [] }, 'nobody has waited for long');
      now = 1000;
      await waits.look();
      await waits.look();
      await holder.query('rollback');
      await Promise.all(waiting);
      await waits.close();
    });
    for (const found of Object.values(links)) {
      assert.equal(found.length, 1, 'once, however often it is seen');
      assert.equal(found[0]?.context.traceId, traceId);
      assert.equal(found[0].attributes?.['link.kind'], 'lock-holder');
    }
  });

  it('comes back once when an order is given up, and never of an order that is written', async () => {
    const [given, written] = [randomUUID(), randomUUID()];
    const items = [{ product_id: 123, quantity: 3 }];
    await reserve(inventory, given, items);
    await reserve(inventory, written, items);
    await writeOrder(written);
    assert.equal(await release(pool, given), true);
    assert.equal(await release(pool, given), false);
    assert.equal(await release(pool, written), false);
    assert.equal(await release(pool, randomUUID()), false);
    assert.deepEqual(await stockOf(123), [DELIVERY_PIECES - 3]);
    assert.equal(await reserve(inventory, given, items), true, 'a retry with another card takes them again');
    assert.deepEqual(await stockOf(123), [DELIVERY_PIECES - 6]);
  });

  it('does not leak: what nobody came back for is settled by whether the order is there', async () => {
    await settleReservations(pool);
    const [lost, alsoLost, written, young] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    for (const order of [lost, alsoLost, written, young])
      await reserve(inventory, order, [{ product_id: 123, quantity: 1 }]);
    await writeOrder(written);
    await age(lost, alsoLost, written);
    const settled = await settleReservations(pool);
    assert.equal(settled.released, 2);
    assert.ok(settled.sold >= 1);
    assert.deepEqual(await Promise.all([lost, alsoLost, written, young].map(stateOf)), [
      'released',
      'released',
      'sold',
      'held',
    ]);
    assert.deepEqual(await stockOf(123), [DELIVERY_PIECES - 2]);
    assert.deepEqual(await settleReservations(pool), { sold: 0, released: 0 });
  });

  it('is delivered before it ends, but no row is waited for', async () => {
    await setStock(4, REORDER_POINT_PIECES - 1);
    await setStock(123, REORDER_POINT_PIECES - 1);
    await asOwner(async (holder) => {
      await holder.query('begin');
      await holder.query('update shop.stock set available = available where product_id = 123');
      assert.equal(await restock(pool), 1);
      await holder.query('rollback');
    });
    assert.equal(await restock(pool), 1);
    assert.equal(await restock(pool), 0);
    assert.deepEqual(await stockOf(4, 123), Array(2).fill(REORDER_POINT_PIECES - 1 + DELIVERY_PIECES));
  });

  it('can be counted up and down by the services, and nothing else', async () => {
    for (const statement of [
      'delete from shop.stock',
      'delete from shop.reservations',
      'insert into shop.stock (product_id) values (2000000000)',
      'update shop.stock set product_id = product_id',
      'update shop.reservations set order_id = order_id',
      'truncate shop.stock',
    ]) {
      await assert.rejects(pool.query(statement), { reason: 'database-not-set-up' }, statement);
    }
  });
});
