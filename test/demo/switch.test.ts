/** A running shop goes through all modes, straight from each to the next, and its baseline customers see nothing of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEMO_MODES, OUTAGES, type DemoMode } from '../../scenario/presets/modes';
import { resolveScenario } from '../../scenario/resolve';
import { SHARES_PORTS } from '../../local/processes/service-processes';
import { Browsers } from '../browsers';
import { approvedKey } from '../cards';
import { TestShop, until } from '../harness';

const shop = new TestShop(`e2e-switch-${String(process.pid)}`, ['--rows', '50000'], 13_000);

const MINUTE_SECONDS = 6;
/** Entered in the middle of the outage, where most is wrong. */
const MINUTE = 12;
/** A mode has been met when so many customers have come in it: those who buy, in an outage. */
const CUSTOMERS = 10;

interface Totals {
  baseline: { requests: number; errors: number };
  demo: { requests: number; errors: number };
}
const totals = async (): Promise<Totals> => {
  const { body } = await shop.request('load-generator', '/admin/traffic-stats', { admin: true });
  const { baseline, demo } = body as Record<keyof Totals, { total: Totals['demo'] }>;
  return { baseline: baseline.total, demo: demo.total };
};

/** The scenario that everybody follows, and the release that the checkout is of. */
const inForce = async (): Promise<string[]> => {
  const health = async (service: string) =>
    (await shop.request(service, '/health').catch(() => ({ body: {} }))).body as {
      scenario?: { mode?: string };
      release?: string;
    };
  const [catalog, load, frontend, checkout] = await Promise.all(
    ['product-catalog', 'load-generator', 'frontend', 'checkout'].map(health),
  );
  return [catalog, load, frontend, checkout]
    .map((each) => each?.scenario?.mode ?? '')
    .concat(checkout?.release ?? '');
};
const wantedOf = (mode: DemoMode): string[] => [
  ...Array<string>(4).fill(mode),
  resolveScenario({ demoMode: mode }, { nowSeconds: 0, scaleDefault: 0.25 }).releases.checkout,
];

/** Waits until a mode is in force and customers have met it. */
async function meet(mode: DemoMode): Promise<void> {
  let seen: string[] = [];
  await until(
    async () => (seen = await inForce()).join() === wantedOf(mode).join(),
    30_000,
    () => `${mode}, seen: ${seen.join(', ')}`,
  );
  const cohort = mode === 'normal' ? 'baseline' : 'demo';
  const enough = (await totals())[cohort].requests + CUSTOMERS;
  await until(
    async () => (await totals())[cohort].requests >= enough,
    30_000,
    () => `customers to meet ${mode}`,
  );
}

before(async () => {
  shop.configure({ demoMode: 'normal' });
  await shop.start();
});
after(async () => {
  await shop.dispose();
});

describe('the switch between all modes on a running shop', () => {
  it('costs baseline no request, by stack config and from each mode straight to the next', async () => {
    const browsers = new Browsers(() =>
      shop.post('frontend', '/api/browse', { user_id: 'looks', cart_id: 'looks' }),
    );
    const before = await totals();
    browsers.start();
    try {
      for (const mode of [...OUTAGES, DEMO_MODES[0]]) {
        shop.configure({
          demoMode: mode,
          ...(mode === 'normal'
            ? {}
            : {
                minuteSeconds: MINUTE_SECONDS,
                demoStartTimestamp: Math.round(Date.now() / 1000 - MINUTE * MINUTE_SECONDS),
              }),
        });
        await meet(mode);
      }
    } finally {
      await browsers.stop();
    }
    assert.deepEqual(browsers.failures, []);
    assert.ok(browsers.served > 100, String(browsers.served));
    const { baseline } = await totals();
    assert.equal(baseline.errors, before.baseline.errors);
    assert.ok(baseline.requests > before.baseline.requests);
  });

  // Elsewhere the old release ends before the new one can listen.
  it(
    'costs nobody an order while a release is rolled, and rolled back',
    { skip: !SHARES_PORTS },
    async () => {
      const buyers = new Browsers(async () => {
        const answer = await shop.request('frontend', '/api/checkout', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': approvedKey('rolled', 'buys') },
          body: JSON.stringify({ user_id: 'buys', cart_id: 'buys' }),
        });
        return answer;
      });
      buyers.start();
      try {
        for (const mode of ['bad-release', 'normal', 'bad-release', 'normal'] as const) {
          // Before its minute 0 nothing of the outage is there but its release.
          const start = { minuteSeconds: 60, demoStartTimestamp: Math.round(Date.now() / 1000 + 600) };
          shop.configure({ demoMode: mode, ...(mode === 'normal' ? {} : start) });
          await until(
            async () => (await inForce()).join() === wantedOf(mode).join(),
            30_000,
            () => mode,
          );
          const enough = buyers.served + 2 * CUSTOMERS;
          await until(
            () => buyers.served >= enough,
            30_000,
            () => 'orders of it',
          );
        }
      } finally {
        await buyers.stop();
      }
      assert.deepEqual(buyers.failures, []);
    },
  );
});
