import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DownstreamError } from '../lib/http-client';
import { browse } from './browse';
import { browseBody } from './input';
import type { Shop } from './shop';

type BrowseServices = Parameters<typeof browse>[1];

const services = (change: Partial<Shop> = {}): BrowseServices => ({
  readCart: (id) => Promise.resolve({ cart_id: id, items: [], total_cents: 0 }),
  listProducts: () => Promise.resolve([]),
  fetchAds: () => Promise.resolve([{ id: 'ad-1', title: 't', text: 'x', href: '/' }]),
  convertFromUsd: (cents, to) =>
    Promise.resolve({ amount: cents / 100, from: 'USD', to, rate: 0.9, converted: (cents * 0.9) / 100 }),
  ...change,
});

const input = browseBody.parse({ user_id: 'u', cart_id: 'c', currency: 'EUR' });
const away = (service: 'ad-service' | 'product-catalog'): DownstreamError =>
  new DownstreamError(service, 'unreachable', `${service} cannot be reached`, null);

test('a page has cart, products, ads and the rate', async () => {
  const page = await browse(input, services());
  assert.equal(page.cart.cart_id, 'c');
  assert.equal(page.ads.length, 1);
  assert.equal(page.adsMissing, false);
  assert.equal(page.dollar.rate, 0.9);
});

test('without ads the page still comes, and says that they are missing', async () => {
  const page = await browse(input, services({ fetchAds: () => Promise.reject(away('ad-service')) }));
  assert.deepEqual(page.ads, []);
  assert.equal(page.adsMissing, true);
});

test('without products there is no page', async () => {
  await assert.rejects(
    browse(input, services({ listProducts: () => Promise.reject(away('product-catalog')) })),
    {
      status: 503,
      service: 'product-catalog',
    },
  );
});

test('products, ads and rate are asked for side by side, after the cart', async () => {
  const open = new Set<string>();
  let together = 0;
  const slow = <T>(name: string, value: T): Promise<T> => {
    open.add(name);
    together = Math.max(together, open.size);
    return new Promise((resolve) => {
      setImmediate(() => {
        open.delete(name);
        resolve(value);
      });
    });
  };
  await browse(
    input,
    services({
      readCart: (id) => slow('cart', { cart_id: id, items: [], total_cents: 0 }),
      listProducts: () => slow('products', []),
      fetchAds: () => slow('ads', []),
      convertFromUsd: (cents, to) =>
        slow('rate', { amount: cents, from: 'USD', to, rate: 1, converted: cents }),
    }),
  );
  assert.equal(together, 3);
});

test('a guest gets an id and a cart of his own', async () => {
  const [one, two] = await Promise.all([
    browse(browseBody.parse({}), services()),
    browse(browseBody.parse({}), services()),
  ]);
  assert.match(one.userId, /^guest-[0-9a-f-]{36}$/);
  assert.notEqual(one.userId, two.userId);
  assert.notEqual(one.cart.cart_id, two.cart.cart_id);
});
