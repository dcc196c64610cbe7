/** The pages, in a real browser, against a real shop: a customer buys, then feels the outage. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { approvedKey, declinedKey } from '../cards';
import { TestShop, until } from '../harness';
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
