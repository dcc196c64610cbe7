/** The presenter's console through a real outage, driven by its own buttons in a real browser. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { repositoryDir, TestShop, until } from '../harness';
import { axeViolations, TestBrowser } from './browser';
import { ConsolePage, untilTelemetry } from './console-page';

const shop = new TestShop(`e2e-console-${String(process.pid)}`, ['--rows', '100000'], 4_000);
const READY = '#view > div';
/** Spans a second at the outage's peak, as they came. */
let demoSpansPerSecond = 0;
let browser: TestBrowser;
let app: ConsolePage;

before(async () => {
  shop.configure({ demoMode: 'normal', minuteSeconds: 6 });
  await shop.start();
  browser = await TestBrowser.launch({ width: 1920, height: 1080 });
  await untilTelemetry(shop);
  app = new ConsolePage(await browser.open(shop.url('console'), READY));
});
after(async () => {
  await browser.close();
  await shop.dispose();
});

async function spansReceived(): Promise<number> {
  const { body } = await shop.request('console', '/api/summary?minutes=false');
  return (body as { telemetry: { spansReceived: number } }).telemetry.spansReceived;
}

describe('before the outage', () => {
  it('the stage says in a word that both cohorts are healthy, and what a heal would do', async () => {
    await app.untilState('baseline', 'Healthy');
    await app.untilState('demo', 'Healthy');
    assert.match(await app.page.locator('.headline').innerText(), /Everything works/);
    assert.match(await app.page.locator('.changed').innerText(), /Nothing/);
    assert.match(await app.page.locator('.heal').innerText(), /Nothing to heal/);
    assert.match(await app.page.locator('.alert').innerText(), /Armed/);
  });

  it('who has no token can change nothing, and every button says why', async () => {
    await app.go('Conductor');
    const buttons = await app.page.locator('.action').all();
    assert.equal(buttons.length, 8);
    for (const action of buttons) {
      assert.equal(await action.locator('button').getAttribute('aria-disabled'), 'true');
      assert.match(await action.locator('.why-not').innerText(), /Unlock|No outage is under way/);
    }
    // As a person would, who does not see that it is off.
    await app.page.locator('#do-start').click({ force: true });
    browser.expected.push(/401/);
    await app.unlock('not-the-token');
    await app.page.getByText('That is not the admin token.').waitFor();
    const { body } = await shop.request('console', '/api/conductor');
    assert.deepEqual((body as { watched: unknown[] }).watched, []);
  });
});

describe('the outage', () => {
  it('starts by its button, and is confirmed by what the system shows', async () => {
    await app.unlock(shop.run().adminToken);
    await app.page.locator('.lock').waitFor({ state: 'hidden' });
    await app.page.getByLabel('At the peak').selectOption({ index: 1 });
    await app.act('Start the outage', /Start blackfriday/);
    const rows = await shop.sql<{ mode: string; started_by: string }>(
      'select mode, started_by from scenario.override',
    );
    assert.deepEqual(rows, [{ mode: 'blackfriday', started_by: 'console' }]);
    const checks = await app.page.locator('.watched-item').first().innerText();
    for (const seen of [
      /no longer has idx_products_category/,
      /5 connections/,
      /whole table/,
      /traffic of this run arrives/i,
    ]) {
      assert.match(checks, seen);
    }
    assert.equal(await app.page.locator('#do-start').getAttribute('aria-disabled'), 'true');
    assert.match(await app.page.locator('#why-start').innerText(), /is under way: heal it first/);
  });

  it('jumps to a minute, and the stage says Failing while browsing stays healthy', async () => {
    await app.page.getByLabel('To minute').fill('18');
    await app.act('Jump', /Jump to minute 18/);
    await app.go('Stage');
    await app.untilState('demo', 'Failing');
    assert.match(await app.page.locator('.headline').innerText(), /of 100 checkouts fail/);
    assert.equal(await app.state('baseline'), 'Healthy');
    assert.match(await app.page.locator('.changed').innerText(), /index absent[\s\S]*pool of 5/);
    await until(
      // The jump left out minutes that the alert has to see: it says how far it has come.
      async () =>
        /Armed: all six met for [1-9]\d* of 15 minutes/.test(await app.page.locator('.alert').innerText()),
      60_000,
      () => 'the flow alert',
    );
    assert.match(
      await app.page.locator('.lost').innerText(),
      /\$[1-9][\d,]*\s*a minute[\s\S]*\$[1-9][\d,]* in this run/,
    );
    // Started so: the clock is held at the peak.
    await until(
      async () => (await app.page.locator('.run-clock').innerText()).includes('clock held'),
      60_000,
      () => 'the hold at the peak',
    );
    const before = await spansReceived();
    await delay(8000);
    demoSpansPerSecond = ((await spansReceived()) - before) / 8;
  });

  it('draws the curve, read out by the keyboard, with a table twin, and saved as PNG and SVG', async () => {
    await app.go('Curve');
    await app.page.locator('.uplot canvas').nth(2).waitFor();
    await app.page.locator('.charts').focus();
    await app.page.keyboard.press('Home');
    assert.match(await app.page.locator('.readout').innerText(), /^Minute 0/);
    await app.page.keyboard.press('End');
    assert.match(
      await app.page.locator('.readout').innerText(),
      /^Minute (18|19|2[0-2]).* failed .*pool \d of 5, \d+ waiting/,
    );
    await app.page.getByText('Every minute as a table').click();
    await app.page.locator('.curve table tbody tr').nth(20).waitFor();
    const saved = async (name: string): Promise<Buffer> => {
      const waiting = app.page.waitForEvent('download');
      await app.page.getByRole('button', { name }).click();
      return readFileSync(await (await waiting).path());
    };
    const png = await saved('Save as PNG');
    assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
    const svg = (await saved('Save as SVG')).toString('utf8');
    assert.match(svg, /^<svg [^>]*role="img"/);
    const width = Number(/^<svg [^>]*\bwidth="(\d+)"/.exec(svg)?.[1]);
    assert.equal(png.readUInt32BE(16), 2 * width, 'twice the size');
  });

  it('shows why: the failed wait, and by its link the scan that held the pool', async () => {
    await app.go('Why');
    const failing = app.page.locator('.pane[data-kind="failing"]');
    const healthy = app.page.locator('.pane[data-kind="healthy"]');
    await failing.getByText('Who held the pool meanwhile').waitFor({ timeout: 30_000 });
    assert.match(await failing.locator('.shares').innerText(), /waited for a connection (1\.9|2\.)\S* s/);
    assert.match(await failing.locator('.attributes').innerText(), /db\.connection\.pool\.exhausted\s+true/);
    await failing
      .getByRole('button', { name: /Open the scan/ })
      .first()
      .click();
    await until(
      async () => /db\.full_table_scan\s+true/.test(await healthy.innerText()),
      20_000,
      () => 'the scan beside the wait',
    );
    assert.match(await healthy.locator('select').inputValue(), /^[0-9a-f]{32}$/, 'pinned');
    assert.match(await app.page.locator('.plan[data-now] .plan-lines').innerText(), /Seq Scan/);
    assert.match(await app.page.locator('.plans').innerText(), /Index Scan using idx_products_category/);
    assert.match(await app.page.locator('.chain').innerText(), /absent[\s\S]*5 of 5[\s\S]*% fail/);
    assert.ok((await app.page.locator('.edge.demo.failing').count()) >= 3);
    assert.ok((await app.page.locator('.edge.baseline').count()) >= 5);
  });

  it('follows the run in the script, and gives the filter with the run’s id', async () => {
    await app.go('Script');
    await app.page.locator('.act[aria-current="step"]', { hasText: 'Act 3' }).waitFor();
    const filter = await app.page.locator('.act[aria-current="step"] code').innerText();
    assert.match(filter, /^traffic\.type = "demo" AND demo\.run_id = "blackfriday-.*-console-/);
    await app.page.getByRole('button', { name: 'Next act' }).click();
    await app.page.locator('.act[aria-current="step"]', { hasText: 'Act 4' }).waitFor();
    assert.equal(await app.page.getByLabel('follow the clock').isChecked(), false);
  });

  it('is led from a second window', async () => {
    const opening = browser.nextPage();
    await app.page.getByRole('button', { name: 'Presenter window' }).click();
    const presenter = await opening;
    await presenter.getByRole('button', { name: 'Curve', exact: true }).click();
    await app.untilView('Curve');
    await presenter
      .getByText(/% failed/)
      .first()
      .waitFor();
    await presenter.close();
  });

  it('heals when only the index comes back, with the small pool, and is healed for good', async () => {
    await app.go('Conductor');
    await app.act('Restore only the index', /Restore only the index/);
    await app.go('Stage');
    await app.untilState('demo', 'Healthy');
    assert.match(await app.page.locator('.headline').innerText(), /The index is back/);
    const changed = await app.page.locator('.changed').innerText();
    assert.match(changed, /pool of 5/);
    assert.doesNotMatch(changed, /index absent/);
    await app.go('Conductor');
    await app.act('Heal', /Heal: back to normal/);
    assert.deepEqual(await shop.sql('select 1 from scenario.override'), []);
    await app.go('Stage');
    await until(
      async () => (await app.page.locator('.headline').innerText()).includes('Healed'),
      90_000,
      () => 'the stage to say that it is healed',
    );
  });

  it('leaves a report to send: one file, with curve, minutes, traces', async () => {
    const page = await browser.open(shop.url('console', '/report'));
    const text = await page.locator('body').innerText();
    for (const part of [
      /Revenue lost/,
      /Minute by minute/,
      /index restored, pool still small/,
      /A failed one/,
      /Seq Scan/,
      /Index Scan/,
    ]) {
      assert.match(text, part);
    }
    assert.equal(await page.locator('script').count(), 0);
    assert.equal(await page.locator('figure svg').count(), 1);
    await page.close();
  });
});

describe('for slides', () => {
  for (const [view, shows] of [
    ['stage', '.cohorts'],
    ['curve', '.charts'],
    ['why', '.panes'],
    ['map', '.map'],
  ] as const) {
    it(`?embed=${view} is the view alone`, async () => {
      const page = await browser.open(shop.url('console', `/?embed=${view}&theme=dark`), shows);
      assert.equal(await page.locator('#top').isVisible(), false);
      assert.equal(await page.locator('.conductor').count(), 0);
      await page.close();
    });
  }
});

describe('every view', () => {
  const routes = ['#/stage', '#/curve', '#/why', '#/conductor', '#/script', '?presenter=1', '?embed=map'];
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe-core finds nothing, ${colorScheme}, on a big screen and a phone`, async () => {
      const lab = await TestBrowser.launch({ width: 1920, height: 1080, bypassCSP: true, colorScheme });
      try {
        // Side by side, so that one wait is enough for all of them to have drawn what they are sent.
        const pages: [string, Page][] = [];
        for (const route of routes)
          pages.push([route, await lab.open(shop.url('console', `/${route}`), READY)]);
        await delay(1500);
        for (const [, page] of pages)
          await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
        await delay(2200);
        for (const [route, page] of pages) {
          await page.bringToFront();
          assert.deepEqual(await axeViolations(page), [], `${route} 1920`);
          await page.setViewportSize({ width: 390, height: 844 });
          await page.waitForTimeout(300);
          assert.deepEqual(await axeViolations(page), [], `${route} 390`);
          assert.equal(
            await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'),
            true,
            `${route} does not scroll sideways on a phone`,
          );
          await page.close();
        }
      } finally {
        await lab.close();
      }
    });
  }
});

describe('many windows', () => {
  it('eight tabs of one browser are all live: one of them holds the stream, and the next one when it is closed', async () => {
    const tabs: Page[] = [];
    for (let n = 0; n < 8; n += 1) tabs.push(await browser.open(shop.url('console'), READY));
    const untilLive = (page: Page) => page.locator('#connection[data-state="live"]').waitFor();
    const streams = async (): Promise<number> => {
      const { body } = await shop.request('console', '/health');
      return (body as { stream: { viewers: number } }).stream.viewers;
    };
    for (const tab of tabs) await untilLive(tab);
    assert.equal(await streams(), 1);
    await app.page.close();
    app = new ConsolePage(tabs.shift() ?? assert.fail());
    await until(
      async () => (await streams()) === 1,
      15_000,
      () => 'another tab to lead',
    );
    for (const tab of tabs) {
      await untilLive(tab);
      await tab.close();
    }
  });
});

describe('what goes wrong', () => {
  it('ten times the demo’s spans: memory stays flat, the page stays alive', async () => {
    const resident = (): number => {
      const pid = shop.run().children.find(({ name }) => name === 'console')?.pid ?? 0;
      const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
      return Number(stdout.trim()) / 1024;
    };
    assert.ok(demoSpansPerSecond > 100, `the demo sent ${String(demoSpansPerSecond)} spans a second`);
    await app.go('Stage');
    const flood = spawn(
      process.execPath,
      [
        join(repositoryDir, 'dist/test/otlp/flood.js'),
        ...[shop.run().otlp.url, String(Math.round(10 * demoSpansPerSecond)), '30', 'json'],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, OTLP_TOKEN: shop.run().otlp.token } },
    );
    let output = '';
    flood.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const ended = once(flood, 'exit');
    const samples: number[] = [];
    const clocks = new Set<string>();
    let slowestMs = 0;
    for (let second = 0; second < 24; second += 1) {
      await delay(1000);
      samples.push(resident());
      const startedAt = performance.now();
      const { status } = await shop.request('console', '/api/summary?minutes=false');
      assert.equal(status, 200);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      clocks.add(await app.page.locator('.cohort[data-cohort="demo"] .figures').innerText());
    }
    await ended;
    const { statuses, sent, rate } = JSON.parse(output) as {
      statuses: Record<string, number>;
      sent: number;
      rate: number;
    };
    assert.deepEqual(Object.keys(statuses), ['200'], output);
    const early = Math.max(...samples.slice(6, 12));
    const late = Math.max(...samples.slice(-6));
    process.stdout.write(
      `# flood: ${String(sent)} spans at ${String(rate)} a second (the demo: ${demoSpansPerSecond.toFixed(0)}), console ${samples[0]?.toFixed(0) ?? ''} → ${early.toFixed(0)} → ${late.toFixed(0)} MB, slowest answer ${slowestMs.toFixed(0)} ms\n`,
    );
    assert.ok(late - early < 30, `memory grows: ${samples.map((each) => each.toFixed(0)).join(' ')} MB`);
    assert.ok(clocks.size > 5, 'the page goes on');
    assert.equal(await app.page.locator('#banner').isVisible(), false);
  });

  it('a lost connection shows, and heals by itself', async () => {
    browser.expected.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/);
    const child = shop.run().children.find(({ name }) => name === 'console');
    assert.ok(child);
    process.kill(child.pid, 'SIGSTOP');
    await app.page.locator('#banner').waitFor({ state: 'visible', timeout: 15_000 });
    assert.match(await app.page.locator('#banner').innerText(), /does not answer[\s\S]*figures are those of/);
    process.kill(child.pid, 'SIGCONT');
    await app.page.locator('#banner').waitFor({ state: 'hidden', timeout: 15_000 });
    process.kill(child.pid, 'SIGKILL');
    // The runner starts it again, perhaps before anybody would call it lost: but the break shows.
    const pill = app.page.locator('#connection');
    await pill.getByText(/reconnecting|lost/).waitFor({ timeout: 15_000 });
    await pill.getByText('live', { exact: true }).waitFor({ timeout: 60_000 });
    assert.equal(await app.page.locator('#banner').isVisible(), false);
    await app.untilState('baseline', 'Healthy');
  });

  it('no page had an error in the browser’s console', () => {
    assert.deepEqual(browser.complaints, []);
  });
});
