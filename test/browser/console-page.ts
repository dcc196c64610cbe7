import type { Page } from 'playwright-core';
import type { TestShop } from '../harness';
import { until } from '../harness';

/** The console's page as somebody uses it who presents. */
export class ConsolePage {
  constructor(readonly page: Page) {}

  /** Goes to a view by its link. */
  async go(view: 'Stage' | 'Curve' | 'Why' | 'Conductor' | 'Script'): Promise<void> {
    await this.page.getByRole('link', { name: view, exact: true }).click();
    await this.page.waitForFunction(`document.title.startsWith(${JSON.stringify(view)})`);
  }

  /** Gives the admin token. */
  async unlock(token: string): Promise<void> {
    await this.page.getByLabel('Admin token').fill(token);
    await this.page.getByRole('button', { name: 'Unlock' }).click();
  }

  /** Clicks a button of the conductor and waits until the system has shown all its effects. */
  async act(button: string, title: RegExp, timeoutMs = 60_000): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click();
    const latest = this.page.locator('.watched-item').first();
    await until(
      async () => {
        const text = await latest.innerText().catch(() => '');
        if (text.includes('Not confirmed')) throw new Error(`not confirmed: ${text}`);
        return title.test(text) && text.includes('Confirmed by the system');
      },
      timeoutMs,
      () => `${button} to be confirmed`,
    );
  }

  /** What the stage says of a cohort, in a word. */
  state(cohort: 'baseline' | 'demo'): Promise<string> {
    return this.page.locator(`.lane[data-cohort="${cohort}"] .state-word`).innerText();
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
