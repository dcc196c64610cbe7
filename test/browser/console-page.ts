import type { Page } from 'playwright-core';
import type { TestShop } from '../harness';
import { until } from '../harness';

type View = 'Stage' | 'Curve' | 'Why' | 'Conductor' | 'Script';
/** A view is code and data that are there already (ms). */
const VIEW_WITHIN_MS = 15_000;

/** The console's page as somebody uses it who presents. */
export class ConsolePage {
  constructor(readonly page: Page) {}

  /** Goes to a view by its link. */
  async go(view: View): Promise<void> {
    await this.page.getByRole('link', { name: view, exact: true }).click();
    await this.untilView(view);
  }

  /** Waits until it shows a view. Asks from outside: `waitForFunction` evaluates in the page, which its policy forbids. */
  async untilView(view: View): Promise<void> {
    let title = '';
    await until(
      async () => {
        title = await this.page.title();
        return title.startsWith(view);
      },
      VIEW_WITHIN_MS,
      () => `view ${view}; the page's title is ${title}`,
      50,
    );
  }

  /** Gives the admin token. */
  async unlock(token: string): Promise<void> {
    await this.page.getByLabel('Admin token').fill(token);
    await this.page.getByRole('button', { name: 'Unlock' }).click();
  }

  /**
   * Clicks a button of the conductor and waits until the system has shown all its effects.
   *
   * @param title what the action is called; another may come after it meanwhile, as a clock that is held by itself
   */
  async act(button: string, title: RegExp, timeoutMs = 60_000): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click();
    const watched = this.page.locator('.watched-item', { hasText: title }).first();
    await until(
      async () => {
        const text = await watched.innerText({ timeout: 1000 }).catch(() => '');
        if (text.includes('Not confirmed')) throw new Error(`not confirmed: ${text}`);
        return text.includes('Confirmed by the system');
      },
      timeoutMs,
      () => `${button} to be confirmed`,
    );
  }

  /** What the stage says of a cohort, in a word. */
  state(cohort: 'baseline' | 'demo'): Promise<string> {
    return this.page.locator(`.cohort[data-cohort="${cohort}"] .state-word`).innerText();
  }

  /** Waits until the stage says so. */
  async untilState(cohort: 'baseline' | 'demo', word: string, timeoutMs = 90_000): Promise<void> {
    let last = '';
    await until(
      async () => {
        last = await this.state(cohort);
        return last === word;
      },
      timeoutMs,
      () => `the stage to say ${word} of ${cohort}; it says ${last}`,
    );
  }
}

/** Waits until both cohorts' telemetry has come. */
export async function untilTelemetry(shop: TestShop): Promise<void> {
  await until(
    async () => {
      const { body } = await shop.request('console', '/api/summary?minutes=false');
      const traffic = (body as { windows: { last10s: { traffic: Record<string, { requests: number }> } } })
        .windows.last10s.traffic;
      return (traffic.baseline?.requests ?? 0) > 0 && (traffic.demo?.requests ?? 0) > 0;
    },
    60_000,
    () => 'telemetry of both cohorts',
  );
}
