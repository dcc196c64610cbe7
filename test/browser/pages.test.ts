/** The pages, in a real browser, against a real shop: a customer buys, then feels the outage. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { approvedKey, declinedKey } from '../cards';
import { repositoryDir, TestShop, until } from '../harness';
import { spansOf, type Span, type TraceTree } from '../trace-tree';
import { TestBrowser } from './browser';

// The console's own test is console.test.ts.
const shop = new TestShop(`e2e-browser-${String(process.pid)}`, ['--rows', '100000'], 4_500);
let browser: TestBrowser;

before(async () => {
  shop.configure({ demoMode: 'normal' });
  await shop.start();
  browser = await TestBrowser.launch({ width: 1280, height: 900 });
});
after(async () => {
  await browser.close();
  await shop.dispose();
});

async function putDealInCart(page: Page): Promise<void> {
  await page.locator('#deal').getByRole('button', { name: 'to the cart' }).click();
  await page.locator('#cart-count').waitFor({ state: 'visible' });
  if (!(await page.locator('#drawer').isVisible())) await page.locator('#open-cart').click();
}

/**
 * Whatever key the page makes up for an order, the shop gets one whose card is approved; for the first order of all one
 * whose card is declined, if asked for. A retry, which has the same key, gets the same again.
 */
async function decideCards(page: Page, first: 'approved' | 'declined' = 'approved'): Promise<void> {
  const keys = new Map<string, string>();
  await page.route('**/api/checkout', async (route) => {
    const order = route.request().postDataJSON() as { user_id: string; idempotency_key: string };
    const known = keys.get(order.idempotency_key);
    const decided = first === 'declined' && keys.size === 0 ? declinedKey : approvedKey;
    const key = known ?? decided('page', order.user_id);
    keys.set(order.idempotency_key, key);
    await route.continue({ postData: { ...order, idempotency_key: key } });
  });
}

/** A trace of the console's, once it is as it must become: a page sends its spans a little later. */
async function untilTrace(id: string, isThere: (tree: TraceTree) => boolean): Promise<TraceTree> {
  let tree: TraceTree | null = null;
  await until(
    async () => {
      const { status, body } = await shop.request('console', `/api/traces/${id}`);
      tree = status === 200 ? (body as TraceTree) : null;
      return tree !== null && isThere(tree);
    },
    20_000,
    () =>
      `trace ${id}: ${JSON.stringify(tree && spansOf(tree).map(({ service, name }) => `${service} ${name}`))}`,
  );
  assert.ok(tree);
  return tree;
}

/** A checkout's trace with its beginning in the page. */
const wholeTrace = (id: string): Promise<TraceTree> =>
  untilTrace(
    id,
    ({ roots }) => roots.length === 1 && roots[0]?.service === 'storefront' && roots[0].children.length > 0,
  );

/** The spans from a root to the first span that is wanted; empty without one. */
function wayTo({ roots }: Pick<TraceTree, 'roots'>, isWanted: (span: Span) => boolean): Span[] {
  for (const span of roots) {
    if (isWanted(span)) return [span];
    const below = wayTo({ roots: span.children }, isWanted);
    if (below.length > 0) return [span, ...below];
  }
  return [];
}

describe('the storefront', () => {
  it('sells', async () => {
    const page = await browser.open(shop.url('frontend'));
    await decideCards(page);
    await page.locator('#product-grid > li').first().waitFor();
    await putDealInCart(page);
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.locator('.outcome.good').waitFor({ timeout: 15_000 });
    const text = await page.locator('.outcome.good').innerText();
    assert.match(text, /Your order is placed/);
    const rows = await shop.sql<{ count: string }>('select count(*) from shop.orders where total_cents > 0');
    assert.ok(Number(rows[0]?.count) >= 1);
    await page.close();
  });

  it('has customers of its own by npm run browse, who leave by themselves', async () => {
    const args = ['--customers', '2', '--minutes', '0.1', '--data', shop.dataDir];
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(repositoryDir, 'dist/cli/browse.js'),
      ...args,
    ]);
    const ends =
      /(\d+) visits ended with an order, (\d+) with a declined card, 0 with a failed checkout/.exec(stdout);
    assert.ok(ends && Number(ends[1]) + Number(ends[2]) >= 2, stdout);
    await until(
      async () => {
        const { body } = await shop.request('console', '/api/service-map');
        return (body as { edges: { from: string; to: string }[] }).edges.some(
          ({ from, to }) => from === 'storefront' && to === 'frontend',
        );
      },
      10_000,
      () => 'the page in the service map',
    );
  });

  it('says that a card was declined, and takes another', async () => {
    const page = await browser.open(shop.url('frontend'));
    await decideCards(page, 'declined');
    await putDealInCart(page);
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.locator('.outcome.bad').waitFor({ timeout: 15_000 });
    assert.match(
      await page.locator('.outcome.bad').innerText(),
      /The card was declined\. Nothing was charged\./,
    );
    await page.getByRole('button', { name: 'Pay with another card' }).click();
    await page.locator('.outcome.good').waitFor({ timeout: 15_000 });
    await page.close();
  });

  it('leads in one trace from a click to the scan of the whole table, through every service', async () => {
    // An index short, and not yet under pressure: every checkout scans, and succeeds.
    shop.configure({
      demoMode: 'blackfriday',
      minuteSeconds: 60,
      demoStartTimestamp: Math.round(Date.now() / 1000 - 60),
    });
    const page = await browser.open(shop.url('frontend'));
    await decideCards(page);
    const buy = async (): Promise<TraceTree> => {
      await putDealInCart(page);
      const answered = page.waitForResponse('**/api/checkout');
      await page.getByRole('button', { name: 'Place order' }).click();
      const traceId = (await (await answered).headerValue('x-trace-id')) ?? '';
      await page.locator('.outcome.good').waitFor({ timeout: 15_000 });
      await page.getByRole('button', { name: 'Keep looking' }).click();
      return wholeTrace(traceId);
    };
    let way: Span[] = [];
    await until(
      async () => {
        way = wayTo(await buy(), ({ attributes }) => attributes['db.full_table_scan'] === true);
        return way.length > 0;
      },
      60_000,
      () => 'a checkout that scans',
    );
    const names = way.map(({ service, kind, name }) => `${service} ${kind} ${name}`);
    assert.deepEqual(names.slice(0, 4), [
      'storefront INTERNAL click Place order',
      'storefront CLIENT POST /api/checkout',
      'frontend SERVER POST /api/checkout',
      'frontend INTERNAL place order',
    ]);
    const scan = way.at(-1);
    assert.match(String(scan?.attributes['db.query.text']), /from shop\.products/i);
    assert.equal(scan?.attributes['db.index_used'], 'NONE');
    for (const span of way) {
      assert.deepEqual(
        [span.attributes['traffic.type'], span.attributes['demo.run_id']],
        ['demo', 'none'],
        span.name,
      );
    }
    await page.close();
  });

  it('tells of its page: how it loaded, its vitals, and what it asked for at its start', async () => {
    const page = await browser.open(shop.url('frontend'));
    const answered = page.waitForResponse('**/api/low-stock');
    await page.reload();
    const traceId = (await (await answered).headerValue('x-trace-id')) ?? '';
    await page.locator('#product-grid > li').first().waitFor();
    await page.locator('#open-cart').click();
    // Its end tells the vitals that are known then only.
    await page.goto('about:blank');
    const told = (tree: TraceTree): string[] =>
      spansOf(tree).flatMap(({ service, name, attributes }) => {
        const vital = attributes['browser.web_vital.name'];
        return service !== 'storefront' ? [] : [typeof vital === 'string' ? vital : name];
      });
    const expected = ['page view', 'documentLoad', 'documentFetch', 'POST /api/browse', 'ttfb', 'lcp', 'cls'];
    const found = await untilTrace(traceId, (tree) => expected.every((name) => told(tree).includes(name)));
    assert.equal(found.roots[0]?.name, 'page view');
    await page.close();
  });

  it('says nothing of itself where stack config says so', async () => {
    shop.configure({ demoMode: 'normal', browserTelemetry: false });
    await until(
      async () => (await shop.post('frontend', '/v1/traces', {})).status === 404,
      20_000,
      () => 'the switch',
    );
    const page = await browser.open('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(shop.url('frontend'));
    await page.locator('#product-grid > li').first().waitFor();
    await page.goto('about:blank');
    assert.ok(asked.includes('/api/browse'));
    assert.deepEqual(
      asked.filter((path) => /telemetry|v1/.test(path)),
      [],
    );
    await page.close();
  });

  it('lets a customer feel the outage, and try again without ordering twice', async () => {
    shop.configure({
      demoMode: 'blackfriday',
      minuteSeconds: 60,
      demoStartTimestamp: Math.round(Date.now() / 1000 - 20 * 60),
    });
    const page = await browser.open(shop.url('frontend'));
    await decideCards(page);
    await until(
      async () => {
        const { status } = await shop.post('frontend', '/api/checkout', {
          user_id: 'probe',
          cart_id: 'probe',
        });
        return status === 503;
      },
      60_000,
      () => 'the outage',
    );
    await putDealInCart(page);
    const keys = new Set<string>();
    page.on('request', (request) => {
      if (!request.url().endsWith('/api/checkout')) return;
      const body = request.postDataJSON() as { idempotency_key?: string };
      keys.add(body.idempotency_key ?? request.headers()['idempotency-key'] ?? 'none');
    });
    await page.getByRole('button', { name: 'Place order' }).click();
    let failures = 0;
    for (let attempt = 0; attempt < 6 && failures === 0; attempt++) {
      await page.locator('.outcome').waitFor({ timeout: 20_000 });
      if (await page.getByText('We could not complete your order').isVisible()) failures++;
      else {
        // One of the few that got through: buy again.
        await page.getByRole('button', { name: 'Keep looking' }).click();
        await putDealInCart(page);
        keys.clear();
        await page.getByRole('button', { name: 'Place order' }).click();
      }
    }
    assert.equal(failures, 1, 'six checkouts in a row succeeded in the outage');
    assert.match(await page.locator('.outcome').innerText(), /recommendations-timeout/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.outcome').waitFor({ timeout: 20_000 });
    assert.equal(keys.size, 1, `a retry keeps its idempotency key: ${[...keys].join(' ')}`);
    assert.ok(!keys.has('none'));
    await page.close();
  });
});

describe('every page', () => {
  it('has no error in the browser console', () => {
    assert.deepEqual(browser.complaints, []);
  });
});
