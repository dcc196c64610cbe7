import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { browserArguments, findBrowser } from '../../cli/browse/browser';

/** A page that did not come (the network of a busy machine changes under it) is asked for again so often. */
const ATTEMPTS = 5;

export interface BrowserOptions {
  width: number;
  height: number;
  /** Lets a test put code of its own into the page, against the page's policy: for axe. */
  bypassCSP?: boolean;
  colorScheme?: 'light' | 'dark';
}

/** A headless browser with an empty profile, and what its pages complained of. */
export class TestBrowser {
  readonly complaints: string[] = [];
  /** Complaints that match are expected: the test makes them happen. */
  readonly expected: RegExp[] = [/402/, /503/, /ERR_NETWORK_CHANGED/];

  private constructor(
    private readonly context: BrowserContext,
    private readonly profile: string,
  ) {}

  static async launch({ width, height, bypassCSP, colorScheme }: BrowserOptions): Promise<TestBrowser> {
    const profile = mkdtempSync(join(tmpdir(), 'ecommerce-demo-browser-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: findBrowser(),
      headless: true,
      viewport: { width, height },
      bypassCSP: bypassCSP ?? false,
      colorScheme: colorScheme ?? 'light',
      acceptDownloads: true,
      args: browserArguments(),
    });
    return new TestBrowser(context, profile);
  }

  /**
   * Opens a page.
   *
   * @param ready a selector that the page has when its code has run; else the page is asked for again
   */
  async open(url: string, ready?: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => {
      this.complain(error.message);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.complain(message.text());
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await page.goto(url);
        if (ready !== undefined) await page.waitForSelector(ready, { timeout: 10_000 });
        return page;
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /** Pages open themselves, too: the next one that does. */
  nextPage(): Promise<Page> {
    return this.context.waitForEvent('page');
  }

  private complain(text: string): void {
    if (!this.expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds on a page as it is, one line per rule; the page's policy has to be bypassed for it. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(`${readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')};0`);
  return page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(AXE_TAGS)}, resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 4).map((node) =>
      node.target.join(' ') + ' (' + [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ') + ')'
    ).join(', ')))`);
}
