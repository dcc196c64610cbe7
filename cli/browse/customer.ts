import type { Browser, Page } from 'playwright-core';

/** How a visit ended. */
export type VisitEnd = 'bought' | 'declined' | 'failed' | 'left';

/** The page's own patience is 36 s. */
const LONGEST_CHECKOUT_MS = 45_000;
const ACTION_MS = 15_000;

/**
 * One visit of a customer with a fresh profile: looks at a category, puts something into the cart and pays; tries a
 * failed checkout once more.
 *
 * @param n which visit it is: customers differ by it
 * @returns `left` when the shop did not get as far as a checkout
 */
export async function visit(browser: Browser, shopUrl: string, n: number): Promise<VisitEnd> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(ACTION_MS);
    return await shop(page, shopUrl, n);
  } catch {
    return 'left';
  } finally {
    // The page's end tells its web vitals; a browser that goes at once would not let them out.
    await context
      .pages()[0]
      ?.goto('about:blank')
      .catch(() => undefined);
    await context.close().catch(() => undefined);
  }
}

async function shop(page: Page, shopUrl: string, n: number): Promise<VisitEnd> {
  await page.goto(shopUrl);
  await page.locator('#product-grid > li:not(.skeleton)').first().waitFor();
  const categories = page.locator('#categories a');
  await categories.nth(n % (await categories.count())).click();
  const adds = page.locator('#product-grid button:not([disabled])');
  await adds.first().waitFor();
  await adds.nth(n % Math.min(6, await adds.count())).click();
  await page.locator('#cart-count').waitFor({ state: 'visible' });
  await page.locator('#open-cart').click();
  await page.getByRole('button', { name: 'Place order' }).click();
  const end = await outcome(page);
  if (end !== 'failed') return end;
  await page.getByRole('button', { name: 'Try again' }).click();
  return outcome(page);
}

async function outcome(page: Page): Promise<VisitEnd> {
  const shown = page.locator('.outcome');
  await shown.waitFor({ timeout: LONGEST_CHECKOUT_MS });
  if (/\bgood\b/.test((await shown.getAttribute('class')) ?? '')) return 'bought';
  return (await page.getByText('The card was declined').isVisible()) ? 'declined' : 'failed';
}
