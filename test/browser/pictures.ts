/**
 * `npm run pictures`: makes the pictures of README and docs (docs/pictures/) from a real run: starts a shop of its own,
 * lets the outage run to its peak, and takes each view as it is then; heals, and stops the shop.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { repositoryDir, TestShop, until } from '../harness';
import { TestBrowser } from './browser';
import { ConsolePage, untilTelemetry } from './console-page';

const folder = join(repositoryDir, 'docs/pictures');
const READY = '#view > div';
/** The README shows them at half this width; so high is the stage, with what the shop earns in its last line. */
const SIZE = { width: 1600, height: 950 };
const PHONE = { width: 390, height: 844 };
/** Larger ones don't belong into a repository (bytes). */
const LARGEST = 250_000;

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const shop = new TestShop(`e2e-pictures-${String(process.pid)}`, ['--rows', '100000'], 4_500);
  let browser: TestBrowser | null = null;
  try {
    shop.configure({ demoMode: 'normal', minuteSeconds: 6 });
    await shop.start();
    browser = await TestBrowser.launch(SIZE);
    await untilTelemetry(shop);
    const app = new ConsolePage(await browser.open(shop.url('console'), READY));
    // What healthy looks like, before: two minutes of it make a line.
    await delay(60_000);
    await app.untilState('demo', 'Healthy');
    await take(app.page, 'stage-healthy');
    await app.go('Conductor');
    await app.unlock(shop.run().adminToken);
    await app.page.getByLabel('At the peak').selectOption({ index: 1 });
    await app.act('Start the outage', /Start blackfriday/);
    await app.go('Stage');
    await until(
      async () => (await app.page.locator('.run-clock').innerText()).includes('clock held'),
      240_000,
      () => 'the peak',
    );
    // The held minute has to fill.
    await delay(20_000);
    await take(app.page, 'stage-failing');
    await dark(app.page, true);
    await take(app.page, 'stage-failing-dark');
    await dark(app.page, false);
    await app.go('Curve');
    await delay(2500);
    await app.page.locator('.charts').focus();
    for (const key of ['Home', ...Array.from({ length: 15 }, () => 'ArrowRight')])
      await app.page.keyboard.press(key);
    await app.page.evaluate('document.activeElement.blur()');
    await take(app.page, 'curve');
    await app.go('Why');
    await app.page.locator('.pane[data-kind="failing"]').getByText('Who held the pool meanwhile').waitFor();
    await delay(1000);
    await take(app.page, 'why');
    // Higher than the map, which the page's head would lie over else.
    await app.page.setViewportSize({ ...SIZE, height: 1400 });
    await app.page.locator('.map-box').scrollIntoViewIfNeeded();
    await app.page.locator('section[aria-label="Service map"]').screenshot({ path: file('service-map') });
    check('service-map');
    await app.page.setViewportSize(SIZE);
    await app.go('Script');
    await delay(500);
    await take(app.page, 'script');
    await app.go('Stage');
    await app.page.setViewportSize(PHONE);
    await delay(500);
    await take(app.page, 'stage-phone');
    await app.page.setViewportSize(SIZE);
    await app.go('Conductor');
    await app.act('Restore only the index', /Restore only the index/);
    await take(app.page, 'conductor');
    await app.go('Stage');
    await app.untilState('demo', 'Healthy');
    await take(app.page, 'stage-index-back');
    await app.go('Conductor');
    await app.act('Heal', /Heal: back to normal/);
    const report = await browser.open(shop.url('console', '/report'));
    await take(report, 'report');
  } finally {
    await browser?.close();
    await shop.dispose();
  }
}

const file = (name: string): string => join(folder, `${name}.png`);

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: file(name) });
  check(name);
}

function check(name: string): void {
  const { size } = statSync(file(name));
  if (size > LARGEST)
    throw new Error(`docs/pictures/${name}.png has ${String(size)} bytes, more than ${String(LARGEST)}`);
  process.stdout.write(`docs/pictures/${name}.png ${String(Math.round(size / 1000))} kB\n`);
}

async function dark(page: Page, is: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme: is ? 'dark' : 'light' });
  await delay(800);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
