import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { file, number, command, type OptionsOf } from '../machine/options';
import { standardOutput } from '../machine/terminal';
import { findBrowser, startBrowser } from './browse/browser';
import { visit, type VisitEnd } from './browse/customer';
import { usingTarget } from './target/discover';
import { TARGET_OPTIONS } from './target/target-options';

const MOST_CUSTOMERS = 10;
const MOST_MINUTES = 60;
/** Between two visits of one customer (ms). */
const PAUSE_MS = 3000;

const BROWSE = command({
  name: 'browse',
  about: `Customers with a real, headless browser: they look at the storefront, fill a cart and pay, over and over. What the
page sends makes a screen of real user monitoring live.`,
  options: {
    ...TARGET_OPTIONS,
    customers: number({
      placeholder: 'N',
      help: `how many at once, at most ${MOST_CUSTOMERS}: each is a page of its own, some 100 MB`,
      whole: true,
      from: 1,
      to: MOST_CUSTOMERS,
      example: 3,
      fallback: 3,
    }),
    minutes: number({
      placeholder: 'M',
      help: `how long, real minutes, at most ${MOST_MINUTES}`,
      above: 0,
      to: MOST_MINUTES,
      example: 5,
      fallback: 5,
    }),
    browser: file({
      help: 'Chromium or Chrome',
      otherwise: 'where it usually is',
      allowed: 'its executable',
    }),
  },
  notes: `Their orders are real ones, of no run: no minute of an outage counts them. It ends by itself.

Exit codes: 0 customers came, 1 no shop, no browser, or not one visit as far as a checkout, 2 bad options, 130 interrupted.`,
});

async function main(options: OptionsOf<typeof BROWSE>): Promise<number> {
  const output = standardOutput(() => undefined);
  const interruption = new Interruption(() => output.line('Interrupted: the customers leave.')).listen();
  const executable = findBrowser(options.browser);
  const ends: Record<VisitEnd, number> = { bought: 0, declined: 0, failed: 0, left: 0 };
  await usingTarget({ ...options, output }, async (target) => {
    const browser = await startBrowser(executable);
    const close = (): void => void browser.close().catch(() => undefined);
    interruption.signal.addEventListener('abort', close);
    try {
      output.line(`${options.customers} customers at ${target.shopUrl}, for ${options.minutes} minutes`);
      const until = performance.now() + options.minutes * 60_000;
      const customer = async (_: unknown, index: number): Promise<void> => {
        for (let n = index; performance.now() < until; n += options.customers) {
          const end = await visit(browser, target.shopUrl, n);
          if (interruption.signal.aborted) return;
          ends[end] += 1;
          await interruption.wait(Math.min(PAUSE_MS, Math.max(0, until - performance.now())));
        }
      };
      await Promise.all(Array.from({ length: options.customers }, customer));
    } finally {
      interruption.signal.removeEventListener('abort', close);
      await browser.close().catch(() => undefined);
      output.line(
        `${ends.bought} visits ended with an order, ${ends.declined} with a declined card, ${ends.failed} with a failed checkout; ` +
          `${ends.left} did not get that far`,
      );
    }
  });
  return ends.bought + ends.declined + ends.failed > 0 ? EXIT.ok : EXIT.failed;
}

runCommand(BROWSE, main);
