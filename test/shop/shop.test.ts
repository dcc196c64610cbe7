/**
 * The shop as `npm start` runs it: real processes, real PostgreSQL, the Redis of this machine or its stand-in.
 * One shop for all; the parts run in order.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MEAN_DEAL_PRICE_USD } from '../../services/load-generator/journeys/journeys';
import { CATALOG } from '../../services/catalog';
import { recommendationsQuery } from '../../services/lib/queries/recommendations-query';
import { newestQuery } from '../../services/product-catalog/queries';
import { approvedKey } from '../cards';
import { isAlive } from '../../machine/process-identity';
import { hangUp, send } from '../wire';
import { TestShop, until, type Answer } from '../harness';
import { DOCUMENT_REQUESTS } from './documents';
import { deepest, spansOf, type Span, type TraceTree } from '../trace-tree';

const ROWS = 100_000;
const BAND = ['electronics', 9_000, 11_000];
const NORMAL = { demoMode: 'normal' };
/** Entered at minute 20 of 30, where 78 % fail: demoStartTimestamp says when minute 0 was. */
const outageAt = (minute: number, minuteSeconds: number): Record<string, unknown> => ({
  demoMode: 'blackfriday',
  minuteSeconds,
  demoStartTimestamp: Math.round(Date.now() / 1000 - minute * minuteSeconds),
});

const shop = new TestShop(`e2e-${String(process.pid)}`, ['--rows', String(ROWS), '--scale', '0.25'], 3_000, {
  fromNothing: true,
});

interface Stats {
  baseline: { requests: number; errors: number };
  demo: { requests: number; errors: number };
}
/** Both cohorts' totals since the load generator started. */
const stats = async (): Promise<Stats> => {
  const { body } = await shop.request('load-generator', '/admin/traffic-stats', { admin: true });
  const { baseline, demo } = body as Record<keyof Stats, { total: Stats['demo'] }>;
  return { baseline: baseline.total, demo: demo.total };
};

interface TraceList {
  traces: { traceId: string }[];
}
const traces = async (query: string): Promise<TraceList['traces']> =>
  ((await shop.request('console', `/api/traces?${query}`)).body as TraceList).traces;
const traceTree = async (id: string): Promise<TraceTree | null> => {
  const { status, body } = await shop.request('console', `/api/traces/${id}`);
  return status === 200 ? (body as TraceTree) : null;
};

/** A failed checkout, the wait in it that links to who held the pool, and the scan one of those did. */
const failedTraceWithScan = async (): Promise<{ tree: TraceTree; wait: Span; scan: Span } | null> => {
  for (const { traceId } of await traces('traffic=demo&error=true&limit=20')) {
    const tree = await traceTree(traceId);
    if (!tree) continue;
    const wait = spansOf(tree).find((span) => (span.links ?? []).length > 0);
    for (const link of wait?.links ?? []) {
      const linked = await traceTree(link.traceId);
      const scan = linked && spansOf(linked).find((span) => span.attributes['db.full_table_scan'] === true);
      if (wait && scan) return { tree, wait, scan };
    }
  }
  return null;
};

const explain = async (text: string, values: unknown[]): Promise<string> => {
  const rows = await shop.sql<{ 'QUERY PLAN': string }>(
    `explain (analyze, timing off) ${text}`,
    values,
    'shop_app',
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};
/** A checkout of the deal of the day, with a card that is not declined. */
const buy = (userId: string): Promise<Answer> =>
  shop.post('frontend', '/api/checkout', {
    user_id: userId,
    cart_id: userId,
    idempotency_key: approvedKey('buy', userId),
  });
const demoMode = async (): Promise<unknown> =>
  ((await shop.request('product-catalog', '/health')).body as { scenario: { mode?: string } }).scenario.mode;

before(async () => {
  shop.configure(NORMAL);
  const readyMs = await shop.start();
  console.log(`  shop ready in ${(readyMs / 1000).toFixed(1)} s`);
});
after(async () => {
  await shop.dispose();
});

describe('a shop in normal mode', () => {
  it('has every service ready, and each tells the scenario it sees', async () => {
    // Services tell the scenario of their last request: each has had one after this.
    const { status, body } = await buy('first');
    assert.equal(status, 200, JSON.stringify(body));
    for (const { name } of CATALOG) {
      assert.equal((await shop.request(name, '/livez')).status, 200, name);
      const ready = await shop.request(name, '/readyz');
      assert.equal(ready.status, 200, `${name}: ${JSON.stringify(ready.body)}`);
      const health = (await shop.request(name, '/health')).body as { scenario: object; service: string };
      assert.equal(health.service, name);
      assert.ok(
        'run_id' in health.scenario || 'seen' in health.scenario,
        `${name}: ${JSON.stringify(health.scenario)}`,
      );
    }
  });

  it('serves a browse and a checkout, and writes the order once however often it is retried', async () => {
    const browse = await shop.post('frontend', '/api/browse', { user_id: 'test', cart_id: 'test' });
    assert.equal(browse.status, 200, JSON.stringify(browse.body));
    const key = approvedKey('retry', 'test');
    const order = {
      user_id: 'test',
      cart_id: 'test',
      items: [{ product_id: 17, quantity: 2 }],
      idempotency_key: key,
    };
    const answers = [];
    for (let attempt = 0; attempt < 3; attempt++)
      answers.push(await shop.post('frontend', '/api/checkout', order));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]), JSON.stringify(answers));
    const ids = new Set(answers.map(({ body }) => (body as { order_id: string }).order_id));
    assert.equal(ids.size, 1);
    const [id] = ids;
    const rows = await shop.sql<{ count: string }>('select count(*) from shop.orders where id = $1', [id]);
    assert.equal(Number(rows[0]?.count), 1);
    const reserved = await shop.sql('select items, state from shop.reservations where order_id = $1', [id]);
    assert.deepEqual(reserved, [{ items: [{ product_id: 17, quantity: 2 }], state: 'held' }]);
  });

  for (const { row, service, path, body, admin, status, answer } of DOCUMENT_REQUESTS) {
    it(`answers as docs/from-your-documents.md says: ${row}${body ? ` ${JSON.stringify(body)}` : ''}`, async () => {
      const init = { admin: admin ?? false };
      const answered = await (body
        ? shop.post(service, path, body, init)
        : shop.request(service, path, init));
      const said = JSON.stringify(answered.body);
      assert.ok(status.includes(answered.status), `${String(answered.status)} ${said}`);
      assert.match(said, answer);
    });
  }

  it('finds tables and indexes by their bare names, as psql users do, and the psql role may drop an index', async () => {
    const roles = await shop.sql<{ may: boolean; password: boolean }>(
      `select pg_has_role('ecommerce_user', 'shop_owner', 'usage') as may,
              (select rolpassword is not null from pg_authid where rolname = 'ecommerce_user') as password`,
    );
    assert.deepEqual(roles[0], { may: true, password: false });
    // `\di idx_products*` and `DROP INDEX IF EXISTS idx_products_category;`, typed as that role. The run that was stopped
    // above has dropped two, which the console builds again.
    const shown = async () =>
      await shop.sql<{ name: string }>(
        `select c.relname as name from pg_class c join pg_index i on i.indexrelid = c.oid
          where i.indisvalid and c.relname like 'idx_products%' and pg_table_is_visible(c.oid) order by 1`,
      );
    await until(
      async () => (await shown()).length === 3,
      30_000,
      () => 'the indexes to be built again',
    );
    assert.deepEqual(
      (await shown()).map(({ name }) => name),
      ['idx_products_category', 'idx_products_category_active', 'idx_products_stock_quantity'],
    );
    const names = await shop.sql<{ index: string | null; products: string | null; deals: number }>(
      `select to_regclass('idx_products_category')::text as index, to_regclass('products')::text as products,
              (select avg(price_cents)::float8 / 100 from storage.products where id <= 50) as deals`,
    );
    assert.deepEqual([names[0]?.index, names[0]?.products], ['idx_products_category', 'products']);
    assert.ok(Math.abs((names[0]?.deals ?? 0) - MEAN_DEAL_PRICE_USD) < 0.01, String(names[0]?.deals));
    await assert.rejects(
      shop.sql(`do $$ begin
        set local role ecommerce_user;
        drop index if exists idx_products_category;
        raise exception 'dropped, and taken back: %', coalesce(to_regclass('idx_products_category')::text, 'gone');
      end $$`),
      /dropped, and taken back: gone/,
    );
  });

  it('writes one order for retries that come at the same moment', async () => {
    const key = approvedKey('together', 'test');
    const order = {
      user_id: 'test',
      cart_id: 'test',
      items: [{ product_id: 18, quantity: 1 }],
      idempotency_key: key,
    };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => shop.post('frontend', '/api/checkout', order)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]), JSON.stringify(answers));
    assert.equal(new Set(answers.map(({ body }) => (body as { order_id: string }).order_id)).size, 1);
    const rows = await shop.sql<{ count: string }>(
      'select count(*) from shop.orders where idempotency_key = $1',
      [key],
    );
    assert.equal(Number(rows[0]?.count), 1);
  });

  it('confirms an order once, in a trace of its own that links to the request that wrote the order', async () => {
    const orders = new Map<string, string>();
    /** Orders, in a trace whose id is known. */
    const order = async (): Promise<string> => {
      const traceId = randomBytes(16).toString('hex');
      const userId = `told-${traceId}`;
      const { status, body } = await shop.request('frontend', '/api/checkout', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
        },
        body: JSON.stringify({
          user_id: userId,
          cart_id: userId,
          idempotency_key: approvedKey('told', userId),
        }),
      });
      assert.equal(status, 200, JSON.stringify(body));
      const { order_id: id } = body as { order_id: string };
      orders.set(id, traceId);
      return id;
    };
    const id = await order();
    let told: Answer | null = null;
    await until(
      async () => (told = await shop.request('notification', `/notifications/${id}`)).status === 200,
      10_000,
      () => JSON.stringify(told),
    );
    const { user_id, deliveries } = (told as unknown as Answer).body as Record<string, unknown>;
    assert.deepEqual({ user_id, deliveries }, { user_id: `told-${orders.get(id) ?? ''}`, deliveries: 1 });

    /** How one of the orders was confirmed. */
    const confirmation = async (): Promise<Span | null> => {
      for (const { traceId } of await traces('traffic=demo&limit=100')) {
        const root = (await traceTree(traceId))?.roots[0];
        if (root?.service === 'notification' && orders.has(String(root.attributes['order.id']))) return root;
      }
      return null;
    };
    let confirmed: Span | null = null;
    let ordered: TraceTree | null = null;
    await until(
      async () => {
        // The console keeps about one trace of a kind each second: that of an order, and the one of its confirmation.
        await order();
        confirmed = await confirmation();
        const traceId = orders.get(String(confirmed?.attributes['order.id']));
        ordered = traceId === undefined ? null : await traceTree(traceId);
        return confirmed !== null && ordered !== null;
      },
      40_000,
      () => `the traces of one of the orders ${[...orders.keys()].join(', ')}`,
      3_000,
    );
    const { kind, links, attributes, children } = confirmed as unknown as Span;
    assert.deepEqual(
      [kind, attributes['messaging.message.id'], attributes['notification.outcome']],
      ['CONSUMER', attributes['order.id'], 'sent'],
    );
    assert.ok(children.some(({ name }) => name === 'INSERT ecommerce.notifications'));
    assert.equal(links?.length, 1);
    const [link] = links;
    assert.equal(link?.traceId, (ordered as unknown as TraceTree).traceId);
    const wrote = spansOf(ordered as unknown as TraceTree).find(({ spanId }) => spanId === link.spanId);
    assert.deepEqual([wrote?.service, wrote?.name], ['checkout', 'POST /orders/create']);
  });

  it('answers a retry after the cart was emptied with the order that was placed, and a stranger gets another', async () => {
    const cart = `retry-${String(Date.now())}`;
    await shop.post('frontend', `/api/cart/${cart}/items`, { product_id: 42, quantity: 2 });
    const request = {
      user_id: 'buyer',
      cart_id: cart,
      idempotency_key: approvedKey('cart', 'buyer', 'stranger'),
    };
    const first = await shop.post('frontend', '/api/checkout', request);
    const again = await shop.post('frontend', '/api/checkout', request);
    assert.deepEqual([first.status, again.status], [200, 200], JSON.stringify(again.body));
    const [placed, retried] = [first.body, again.body] as {
      order_id: string;
      total: unknown;
      created: boolean;
    }[];
    assert.deepEqual(retried && { id: retried.order_id, total: retried.total, created: retried.created }, {
      id: placed?.order_id,
      total: placed?.total,
      created: false,
    });
    const stranger = await shop.post('frontend', '/api/checkout', { ...request, user_id: 'stranger' });
    assert.equal(stranger.status, 200, JSON.stringify(stranger.body));
    assert.notEqual((stranger.body as { order_id: string }).order_id, placed?.order_id);
  });

  it('keeps a cart', async () => {
    const cart = `cart-${String(Date.now())}`;
    const added = await shop.post('frontend', `/api/cart/${cart}/items`, { product_id: 42, quantity: 3 });
    assert.ok(added.status < 300, JSON.stringify(added.body));
    const { body } = await shop.request('frontend', `/api/cart/${cart}`);
    const { items } = body as { items: { product_id: number; quantity: number }[] };
    assert.deepEqual(
      items.map(({ product_id, quantity }) => ({ product_id, quantity })),
      [{ product_id: 42, quantity: 3 }],
    );
  });

  it('has traffic of both cohorts without errors', async () => {
    await until(
      async () => (await stats()).demo.requests >= 3,
      30_000,
      () => 'demo traffic',
    );
    const { baseline, demo } = await stats();
    assert.equal(baseline.errors, 0);
    assert.equal(demo.errors, 0);
  });

  it('reads ten rows by the index', async () => {
    const plan = await explain(recommendationsQuery.text, BAND);
    assert.match(plan, /Index Scan using idx_products_category on products .*actual rows=10/);
  });
});

describe('bad input', () => {
  const json = (body: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const cases: [service: string, path: string, init: RequestInit][] = [
    ['frontend', '/api/checkout', json('{"user_id": 7, "cart_id": "c"}')],
    ['frontend', '/api/checkout', json('{"user_id": 5}')],
    [
      'frontend',
      '/api/checkout',
      json('{"user_id": "u", "cart_id": "c", "items": [{"product_id": -1, "quantity": 1}]}'),
    ],
    [
      'frontend',
      '/api/checkout',
      json('{"user_id": "u", "cart_id": "c", "items": [{"product_id": 999999999, "quantity": 1}]}'),
    ],
    [
      'frontend',
      '/api/checkout',
      json('{"user_id": "u", "cart_id": "c", "items": [{"product_id": 9e99, "quantity": 1}]}'),
    ],
    ['frontend', '/api/checkout', json('not json')],
    ['frontend', '/api/browse', json('[1, 2')],
    ['frontend', '/api/browse', json(`{"user_id": "${'x'.repeat(200_000)}"}`)],
    ['frontend', '/api/browse', json('{"currency": "XXX"}')],
    ['frontend', '/api/products/abc', {}],
    ['frontend', '/api/nowhere', {}],
    ['product-catalog', '/products?limit=many', {}],
    ['product-catalog', '/products?category=%00', {}],
    ['product-catalog', '/products/recommendations?min_price_cents=9&max_price_cents=1', {}],
    ['product-catalog', '/products/0', {}],
    ['product-catalog', '/products/99999999999999999999', {}],
    ['product-catalog', '/products/2000000000', {}],
    ['cart', '/cart/%20bad%20id', {}],
    ['cart', '/cart/c/items', json('{"product_id": "x"}')],
    ['currency', '/convert?amount=ten&from=USD&to=EUR', {}],
    ['currency', '/convert?amount=1&from=USD&to=XXX', {}],
    ['currency', '/convert', {}],
    ['shipping', '/calculate', json('{"items": [], "zip": 5}')],
    ['ad-service', '/ads?category=', {}],
    ['payment', '/api/payment/process', json('{"amount": -5}')],
    ['recommendation', '/recommend', json('{"user_id": "a b"}')],
    ['checkout', '/orders/create', json('{"user_id": 5}')],
    ['checkout', '/orders/not-a-uuid', {}],
    ['checkout', '/orders/00000000-0000-4000-8000-000000000000', {}],
    ['load-generator', '/admin/traffic-stats', {}],
    ['load-generator', '/admin/start-demo', json('{}')],
    ['console', '/api/traces/xyz', {}],
    ['console', '/api/traces/00000000000000000000000000000001', {}],
    ['console', '/api/traces?limit=minus', {}],
  ];
  for (const [service, path, init] of cases) {
    const what = typeof init.body === 'string' ? init.body.slice(0, 60) : '';
    it(`${init.method ?? 'GET'} ${service}${path} ${what} is refused with a reason`, async () => {
      const { status, body } = await shop.request(service, path, init);
      assert.ok(status >= 400 && status < 500, `${String(status)} ${JSON.stringify(body)}`);
      assert.equal(typeof (body as { error?: unknown }).error, 'string');
    });
  }

  it('of an admin call with the token is refused with its fields', async () => {
    for (const body of [{ scenario: 'blackfryday' }, { peak_rpm: 0 }, { duration_minutes: -1 }]) {
      const answer = await shop.post('load-generator', '/admin/start-demo', body, { admin: true });
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
    }
  });
});

describe('whom the shop believes', () => {
  const FORGED = {
    'content-type': 'application/json',
    baggage: 'traffic.type=demo,demo.run_id=forged,demo.minute=3,demo.phase=calm',
  };

  it("nobody's baggage but the load generator's: a forged cohort is replaced by the route's, in every service", async () => {
    const ask = async (service: string, path: string, init: RequestInit): Promise<string> => {
      const { headers, status } = await shop.request(service, path, { ...init, headers: FORGED });
      assert.equal(status, 200);
      return headers.get('x-trace-id') ?? '';
    };
    const id = await ask('frontend', '/api/browse', { method: 'POST', body: '{}' });
    await ask('product-catalog', '/products?category=books', {});
    let seen: Span[] = [];
    await until(
      async () => {
        const tree = await traceTree(id);
        seen = tree === null ? [] : spansOf(tree);
        return new Set(seen.map(({ service }) => service)).size >= 4;
      },
      30_000,
      () => `the trace ${id}`,
    );
    for (const { service, name, attributes } of seen)
      assert.deepEqual(
        [attributes['traffic.type'], attributes['demo.run_id'], attributes['demo.minute']],
        ['baseline', 'none', undefined],
        `${service} ${name}`,
      );
    const { body } = await shop.request('console', '/api/summary');
    assert.ok(!JSON.stringify(body).includes('forged'));
  });

  it('no telemetry but that of its own processes, on a port of its own', async () => {
    const { url, token } = shop.run().otlp;
    const post = async (base: string, bearer: string | null): Promise<number> => {
      const response = await fetch(`${base}/v1/traces`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        },
        body: '{}',
      });
      await response.arrayBuffer();
      return response.status;
    };
    assert.deepEqual(
      [await post(url, token), await post(url, null), await post(url, shop.run().adminToken)],
      [200, 401, 401],
    );
    assert.equal(await post(shop.url('console').replace(/\/$/, ''), token), 404);
  });

  it('no host it does not know, on any port', async () => {
    const ports = [...CATALOG.map(({ name }) => shop.url(name)), shop.run().otlp.url];
    for (const url of ports) {
      const answer = await send({
        url,
        method: 'GET',
        target: '/health',
        headers: { host: 'evil.example' },
        body: null,
      });
      assert.equal(answer.status, 421, url);
    }
    hangUp();
  });

  it('no way to write a path but the route’s own', async () => {
    for (const path of ['/api/checkout/', '/API/Checkout']) {
      const { status } = await shop.post('frontend', path, { user_id: 'u', cart_id: 'c' });
      assert.equal(status, 404, path);
    }
    for (const target of ['/cart/../cart/c', '/cart/%2e%2e', '/cart/.', '/cart/%2e', '/cart/..%2fhealth']) {
      const answer = await send({ url: shop.url('cart'), method: 'GET', target, headers: {}, body: null });
      assert.ok([400, 404].includes(answer.status), `${target} ${String(answer.status)} ${answer.text}`);
    }
    hangUp();
    for (const id of ['.', '..']) {
      const { status, body } = await shop.post('frontend', '/api/browse', { cart_id: id });
      assert.equal(status, 400, JSON.stringify(body));
    }
  });
});

describe('what spans say of a plan', () => {
  const catalogSpan = async (category: string): Promise<Span['attributes'] | null> => {
    // The plan of a query's values is looked up after their first use.
    await shop.request(
      'product-catalog',
      `/products/recommendations?category=${category}&user_id=plans-${category}`,
    );
    for (const { traceId } of await traces('traffic=demo&error=false&limit=50')) {
      const tree = await traceTree(traceId);
      // Ours begin at the catalog, the load generator's don't.
      const root = tree?.roots[0];
      if (!tree || root?.service !== 'product-catalog') continue;
      if (!JSON.stringify(root.attributes).includes(`plans-${category}`)) continue;
      const found = spansOf(tree).find(({ attributes }) => attributes['db.index_used'] !== undefined);
      if (found) return found.attributes;
    }
    return null;
  };

  it('is the plan of their own query: without the index a rare category is found by another, a common one is not', async () => {
    // Its index is gone an hour before its first minute.
    shop.configure({ demoMode: 'blackfriday', startDelaySeconds: 3600 });
    await until(
      async () => (await explain(recommendationsQuery.text, BAND)).includes('Seq Scan'),
      20_000,
      () => 'the scan',
    );
    // Plans are read anew every two seconds.
    await delay(2_500);
    const seen: Record<string, unknown> = {};
    for (const category of ['books', 'electronics']) {
      await until(
        async () => {
          const attributes = await catalogSpan(category);
          seen[category] = attributes?.['db.index_used'];
          return attributes !== null;
        },
        30_000,
        () => `a span of ${category}`,
        1_000,
      );
    }
    assert.deepEqual(seen, { books: 'idx_products_category_active', electronics: 'NONE' });
    shop.configure(NORMAL);
  });
});

describe('an outage made by one line of YAML', () => {
  let atStart: Stats;

  it('follows the edit without a restart', async () => {
    atStart = await stats();
    const pids = shop.run().children.map(({ pid }) => pid);
    shop.configure(outageAt(20, 60));
    await until(
      async () => (await demoMode()) === 'blackfriday',
      20_000,
      () => `the mode:\n${shop.output}`,
    );
    assert.deepEqual(
      shop.run().children.map(({ pid }) => pid),
      pids,
    );
  });

  it('scans the whole table', async () => {
    const plan = await explain(recommendationsQuery.text, BAND);
    assert.match(plan, /Seq Scan on products/);
    const scanned = [
      ...plan.matchAll(/Seq Scan on products .*actual rows=(\d+)|Rows Removed by Filter: (\d+)/g),
    ]
      .map((match) => Number(match[1] ?? match[2]))
      .reduce((sum, rows) => sum + rows, 0);
    assert.equal(scanned, ROWS);
    assert.match(
      await explain(newestQuery.text, ['electronics', 50]),
      /Index Scan using idx_products_category_active/,
    );
  });

  it('fails most checkouts', async () => {
    const failing = async (): Promise<boolean> => (await stats()).demo.errors - atStart.demo.errors >= 40;
    await until(failing, 60_000, () => 'failing checkouts');
  });

  it('shows the wait for the pool in a failed checkout, linked to the scans that held it', async () => {
    const found: { tree: TraceTree; wait: Span; scan: Span }[] = [];
    await until(
      async () => {
        const link = await failedTraceWithScan();
        if (link) found.push(link);
        return found.length > 0;
      },
      40_000,
      () => 'a failed trace whose wait links to a scan',
    );
    const [first] = found;
    assert.ok(first);
    const { tree, wait, scan } = first;
    assert.ok(deepest(tree) >= 7, `depth ${String(deepest(tree))}`);
    assert.ok(wait.durationMs >= 1_900, `waited ${String(wait.durationMs)} ms`);
    assert.equal(scan.attributes['db.index_used'], 'NONE');
    assert.equal(scan.attributes['db.missing_index'], 'idx_products_category');
    assert.equal(scan.attributes['db.rows_scanned'], ROWS);
    assert.equal(scan.attributes['db.slow_query'], true);
    assert.equal(wait.attributes['db.connection.pool.exhausted'], true);
    const all = spansOf(tree);
    for (const span of all) {
      assert.ok(span.service, `${span.name} has no service`);
      assert.equal(span.attributes['traffic.type'], 'demo', `${span.service} ${span.name}`);
      assert.ok(span.attributes['demo.run_id'], `${span.service} ${span.name}`);
    }
    const minutes = all.map((span) => span.attributes['demo.minute']);
    assert.ok(
      minutes.every((minute) => typeof minute === 'number' && minute >= 20),
      JSON.stringify(minutes),
    );
    const failed = all.find((span) => span.attributes['checkout.failed'] === true);
    assert.equal(failed?.attributes['checkout.failure_reason'], 'recommendations-timeout');
    assert.ok(Number(failed.attributes['order.total']) > 0);
  });

  it('has all twelve services and both stores in its service map', async () => {
    const wanted = [
      ...CATALOG.filter(({ shop: part }) => part).map(({ name }) => name as string),
      'postgresql',
      'redis',
    ];
    let names: string[] = [];
    await until(
      async () => {
        const { body } = await shop.request('console', '/api/service-map');
        names = (body as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
        return wanted.every((name) => names.includes(name));
      },
      20_000,
      () => `${wanted.join(', ')} in ${names.join(', ')}`,
    );
  });

  it('tells a person in the storefront what failed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        shop.post('frontend', '/api/checkout', {
          user_id: `person-${String(index)}`,
          cart_id: `person-${String(index)}`,
        }),
      ),
    );
    const failed = answers.find(({ status }) => status === 503);
    assert.ok(failed, `statuses ${answers.map(({ status }) => status).join(' ')}`);
    const body = failed.body as Record<string, unknown>;
    assert.equal(body.reason, 'recommendations-timeout');
    assert.ok('demo_minute' in body);
  });

  it('counts a checkout whose caller gave up as failed, whatever its answer would have been', async () => {
    const traceId = randomBytes(16).toString('hex');
    const caller = fetch(shop.url('frontend', '/api/checkout'), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      },
      body: JSON.stringify({ user_id: 'impatient', cart_id: 'impatient' }),
      signal: AbortSignal.timeout(300),
    });
    await assert.rejects(caller, { name: 'TimeoutError' });
    let server: Span | undefined;
    await until(
      async () => {
        const tree = await traceTree(traceId);
        server = tree
          ? spansOf(tree).find(({ service, kind }) => service === 'frontend' && kind === 'SERVER')
          : undefined;
        return server !== undefined;
      },
      10_000,
      () => `trace ${traceId}`,
    );
    assert.equal(server?.attributes['error.type'], 'caller-gone');
    assert.equal(server.status.code, 'ERROR');
  });

  it('scans without the storage emulation, too, only faster', async () => {
    const scanMs = async (): Promise<number> => {
      const startedAt = performance.now();
      assert.match(await explain(recommendationsQuery.text, BAND), /Seq Scan on products/);
      return performance.now() - startedAt;
    };
    const pacedMs = await scanMs();
    shop.configure({ ...outageAt(20, 60), storageEmulation: false });
    const emulated = async (): Promise<boolean> => {
      const rows = await shop.sql('select 1 from shop.storage_profile where read_ms > 0');
      return rows.length > 0;
    };
    await until(
      async () => !(await emulated()),
      20_000,
      () => 'the storage profile to be empty',
    );
    const bareMs = await scanMs();
    assert.ok(
      bareMs < pacedMs,
      `the scan took ${bareMs.toFixed(0)} ms, with emulation ${pacedMs.toFixed(0)} ms`,
    );
  });

  it('heals when the line is set back', async () => {
    shop.configure(NORMAL);
    await until(
      async () => (await demoMode()) === 'normal',
      20_000,
      () => `the mode:\n${shop.output}`,
    );
    assert.match(await explain(recommendationsQuery.text, BAND), /Index Scan using idx_products_category on/);
    await delay(3_000);
    const healed = await stats();
    await until(
      async () => (await stats()).demo.requests >= healed.demo.requests + 2,
      30_000,
      () => 'traffic',
    );
    assert.equal((await stats()).demo.errors, healed.demo.errors);
  });

  it('cost baseline not one request', async () => {
    assert.equal((await stats()).baseline.errors, atStart.baseline.errors);
  });
});

describe('stores that die', () => {
  const child = (name: RegExp): number => {
    const found = shop.run().children.find((candidate) => name.test(candidate.name));
    assert.ok(found, `no ${String(name)} in ${JSON.stringify(shop.run().children)}`);
    return found.pid;
  };
  const recovers = async (attempt: () => Promise<boolean>, what: string): Promise<void> => {
    const startedAt = performance.now();
    await until(
      () => attempt().catch(() => false),
      20_000,
      () => what,
    );
    assert.ok(performance.now() - startedAt < 15_000, `${what} took too long`);
  };

  it('PostgreSQL killed in the outage gives 503 quickly, recovers, and takes no service along', async () => {
    // In the outage scans are always under way, whose connections break while they are in use.
    shop.configure(outageAt(20, 60));
    const scans = async (): Promise<number> => {
      const { pools } = (await shop.request('product-catalog', '/health')).body as {
        pools: { recommendation: { used: number } };
      };
      return pools.recommendation.used;
    };
    await until(
      async () => (await demoMode()) === 'blackfriday' && (await scans()) >= 3,
      30_000,
      () => 'scans',
    );
    const services = (): string[] =>
      shop
        .run()
        .children.filter(({ name }) => !name.startsWith('postgres'))
        .map(({ name, pid }) => `${name} ${String(pid)}`)
        .sort();
    const before = services();
    process.kill(child(/postgres/), 'SIGKILL');
    const startedAt = performance.now();
    const { status } = await shop.request('product-catalog', '/products?category=electronics');
    assert.ok(status === 503 || status === 200, String(status));
    assert.ok(performance.now() - startedAt < 5_000);
    await recovers(
      async () => (await shop.request('product-catalog', '/products?category=electronics')).status === 200,
      'the catalog',
    );
    assert.deepEqual(services(), before);
    shop.configure(NORMAL);
    await recovers(async () => (await buy('after')).status === 200, 'a checkout');
  });

  it('Redis killed gives 503 quickly, and recovers', async () => {
    process.kill(child(/redis|valkey/), 'SIGKILL');
    const startedAt = performance.now();
    const { status } = await shop.request('cart', '/cart/some-cart');
    assert.ok(status === 503 || status === 200, String(status));
    assert.ok(performance.now() - startedAt < 5_000);
    await recovers(async () => (await shop.request('cart', '/cart/some-cart')).status === 200, 'the cart');
  });

  it('a killed service comes back', async () => {
    process.kill(child(/^payment$/), 'SIGKILL');
    await recovers(async () => (await buy('again')).status === 200, 'a checkout');
  });
});

describe('the runner', () => {
  it('keeps a broken edit from changing anything, and says what is wrong', async () => {
    shop.configure({ demoMode: 'blackfryday' });
    await until(
      () => shop.output.includes('blackfryday'),
      10_000,
      () => 'a message',
    );
    assert.equal(await demoMode(), 'normal');
    shop.configure(NORMAL);
  });

  it('ends within 5 s and leaves no process', async () => {
    const pids = shop.run().children.map(({ pid }) => pid);
    const tookMs = await shop.stop('SIGINT');
    assert.ok(tookMs < 5_000, `took ${String(Math.round(tookMs))} ms`);
    assert.deepEqual(pids.filter(isAlive), []);
  });

  it('starts again with the same data, and cleans up after kill -9', async () => {
    const secondMs = await shop.start();
    console.log(`  second start: ready in ${(secondMs / 1000).toFixed(1)} s`);
    const orphans = shop.run().children.map(({ pid }) => pid);
    await shop.stop('SIGKILL');
    assert.ok(orphans.some(isAlive), 'kill -9 leaves orphans');
    const thirdMs = await shop.start();
    console.log(`  start after kill -9: ready in ${(thirdMs / 1000).toFixed(1)} s`);
    assert.deepEqual(orphans.filter(isAlive), []);
    const rows = await shop.sql<{ count: string }>('select count(*) from storage.products');
    assert.equal(Number(rows[0]?.count), ROWS);
  });
});
