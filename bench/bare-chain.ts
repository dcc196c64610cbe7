/**
 * One service of the bare chain, which `npm run bench` holds the shop against: Express, undici, pg and ioredis alone, the
 * hops and statements of a checkout, and nothing else: no telemetry, no checks, no log, no cohort.
 *
 * Environment: ROLE, PORT, URL_… of the others, DATABASE_URL, REDIS_URL.
 */
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Request } from 'express';
import Redis from 'ioredis';
import { Pool } from 'pg';
import { Agent, request as call } from 'undici';
import { PAYMENT_MS } from '../scenario/causes/hot-row/law';
import { SESSION_OPTIONS } from '../scenario/sql/settings';
import { INSERT_ORDER } from '../services/checkout/order-repository';
import { BEGIN_RESERVATION, TAKE_STOCK } from '../services/inventory/reservations';
import { recommendationsQuery, USUAL_VALUES } from '../services/lib/queries/recommendations-query';
import { SEEN_SECONDS, type Role } from './cost/bare-roles';

const { ROLE = '', PORT = '' } = process.env;
const agent = new Agent({ keepAliveTimeout: 10_000, pipelining: 1 });

async function ask<T>(role: Role, path: string, json?: unknown): Promise<T> {
  const { body } = await call(new URL(path, process.env[`URL_${role}`]), {
    dispatcher: agent,
    method: json === undefined ? 'GET' : 'POST',
    headers: json === undefined ? {} : { 'content-type': 'application/json' },
    body: json === undefined ? null : JSON.stringify(json),
  });
  return (await body.json()) as T;
}

interface Order {
  order_id: string;
  user_id: string;
}

/** What each of them does; the answer is what it returns. */
const work: Readonly<Record<Role, () => (request: Request) => Promise<unknown>>> = {
  frontend: () => async () => {
    const order: Order = { order_id: crypto.randomUUID(), user_id: `guest-${crypto.randomUUID()}` };
    await ask('cart', `/work?id=${order.user_id}`);
    const items = [{ product_id: 123, quantity: 1 }];
    await ask('shipping', '/work', { items, zip: '10115' });
    const { recommendations } = await ask<{ recommendations: unknown[] }>(
      'product-catalog',
      `/work?user=${order.user_id}`,
    );
    await ask('currency', '/work?amount=12.5&to=EUR');
    await ask('inventory', '/work', { ...order, items });
    const payment = await ask<{ id: string }>('payment', '/work', {
      ...order,
      amount: 12.5,
      currency: 'USD',
    });
    const created = await ask<object>('checkout', '/work', { ...order, items, payment_id: payment.id });
    return { ...created, recommendations: recommendations.slice(0, 3) };
  },
  cart: () => {
    const redis = newRedis();
    return async ({ query }) => ({ cart: await redis.hgetall(`cart:${query.id as string}`) });
  },
  shipping: () => () => Promise.resolve({ cost_cents: 690, days: 3, carrier: 'DHL' }),
  'product-catalog': () => {
    const pool = newPool();
    return async ({ query }) => {
      const { rows } = await pool.query(recommendationsQuery.text, [...USUAL_VALUES]);
      await ask('recommendation', '/work', { user_id: query.user, candidates: rows });
      return { recommendations: rows };
    };
  },
  recommendation: () => {
    const redis = newRedis();
    return async ({ body }) => {
      const { user_id, candidates } = body as { user_id: string; candidates: { id: number }[] };
      const key = `bare:${user_id}`;
      await redis.get(key);
      const ranked = candidates.map(({ id }) => id);
      await redis.set(key, JSON.stringify(ranked.slice(0, 3)), 'EX', SEEN_SECONDS);
      return { ranked };
    };
  },
  currency: () => () => Promise.resolve({ converted: 12.5, currency: 'USD' }),
  inventory: () => {
    const pool = newPool();
    return async ({ body }) => {
      const { order_id, items } = body as Order & { items: { product_id: number; quantity: number }[] };
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query(BEGIN_RESERVATION, [order_id, JSON.stringify(items)]);
        for (const { product_id, quantity } of items) await client.query(TAKE_STOCK, [product_id, quantity]);
        await client.query('commit');
      } finally {
        client.release();
      }
      return { order_id, reserved: true };
    };
  },
  payment: () => async () => {
    await delay(PAYMENT_MS);
    return { id: `pay_${crypto.randomUUID()}` };
  },
  checkout: () => {
    const pool = newPool();
    return async ({ body }) => {
      const { order_id, user_id, items, payment_id } = body as Order & {
        items: object[];
        payment_id: string;
      };
      const { rows } = await pool.query<Record<string, unknown>>(INSERT_ORDER, [
        ...[order_id, crypto.randomUUID(), user_id, 1250, 'USD'],
        ...[JSON.stringify(items), payment_id, '{}'],
      ]);
      return rows[0];
    };
  },
};

function newRedis(): Redis {
  return new Redis(process.env.REDIS_URL ?? '');
}

function newPool(): Pool {
  return new Pool({
    connectionString: process.env.DATABASE_URL,
    options: SESSION_OPTIONS,
    max: 10,
  });
}

const handle = work[ROLE as Role]();
const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.use(express.json());
app.all('/work', async (request, response) => {
  response.json(await handle(request));
});
app.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'));
