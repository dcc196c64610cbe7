/** What a checkout costs: the shop's, with all its telemetry, against the bare chain's, in turns within one run. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE_FLAGS } from '../../local/processes/service-processes';
import { repositoryDir, type TestShop } from '../../test/harness';
import { evenly } from '../run';
import { ROLES } from './bare-roles';
import type { Findings } from './figure';
import { cpuOfWork, median } from './measure';
import { progress } from './progress';

const FIRST_BARE_PORT = 23_100;
const ROUNDS = 3;
const PER_BLOCK = 100;
/** Where only its growth is looked at. */
const PER_GROWTH_BLOCK = 50;
/** 20 a second. */
const EVERY_MS = 50;
/** As a shop is after its first minute: what was only just loaded is interpreted, and costs more. */
const WARM_UP = 600;
const WARM_UP_EVERY_MS = 25;
/** What is still under way, and telemetry that waits to be sent, ends with its block (ms). */
const SETTLE_MS = 1_500;

/** Checkouts, and until what they leave to do is done. */
async function checkouts(url: string, count: number, everyMs: number): Promise<void> {
  await evenly(count, everyMs, () =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
  );
  await delay(SETTLE_MS);
}

/** The bare chain, one process each. */
async function startBare(shop: TestShop): Promise<ChildProcess[]> {
  const { databaseUrls, redis } = shop.run();
  const urls = Object.fromEntries(
    ROLES.map((role, index) => [`URL_${role}`, `http://127.0.0.1:${FIRST_BARE_PORT + index}`]),
  );
  const children = ROLES.map((role, index) =>
    fork(join(__dirname, '..', 'bare-chain.js'), {
      execArgv: NODE_FLAGS,
      cwd: repositoryDir,
      env: {
        ...urls,
        NODE_ENV: 'production',
        ROLE: role,
        PORT: String(FIRST_BARE_PORT + index),
        DATABASE_URL: databaseUrls.shop_app,
        REDIS_URL: redis.url,
      },
    }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  return children;
}

/** CPU of the shop's services and of the bare chain for a checkout (ms each), what they do without any taken off. */
export async function measureCheckout(shop: TestShop): Promise<Findings> {
  const bare = await startBare(shop);
  try {
    const bareUrl = `http://127.0.0.1:${FIRST_BARE_PORT}/work`;
    const shopUrl = shop.url('frontend', '/api/checkout');
    const shopPids = shop
      .run()
      .children.filter(({ name }) => ROLES.some((role) => role === name))
      .map(({ pid }) => pid);
    const barePids = bare.flatMap(({ pid }) => pid ?? []);
    progress(`checkouts: ${WARM_UP} to warm up, of the bare chain and of the shop`);
    await checkouts(bareUrl, WARM_UP, WARM_UP_EVERY_MS);
    await checkouts(shopUrl, WARM_UP, WARM_UP_EVERY_MS);
    const block = async (
      pids: readonly number[],
      url: string,
      everyMs = EVERY_MS,
      count = PER_BLOCK,
    ): Promise<number> => (await cpuOfWork(pids, () => checkouts(url, count, everyMs))) / count;
    const costs = { shop: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      progress(`checkouts, round ${round + 1} of ${ROUNDS}`);
      // In turns, so that whatever else the machine does meets both alike.
      costs.bare.push(await block(barePids, bareUrl));
      costs.shop.push(await block(shopPids, shopUrl));
    }
    const points = [];
    for (const perSecond of [5, 10, 30]) {
      progress(`${perSecond} checkouts a second`);
      points.push({ x: perSecond, cost: await block(shopPids, shopUrl, 1000 / perSecond, PER_GROWTH_BLOCK) });
    }
    return {
      title: 'A checkout',
      figures: [
        {
          name: 'CPU of a checkout, all telemetry',
          value: median(costs.shop),
          reference: 'bare chain',
          against: median(costs.bare),
          unit: 'ms',
          digits: 1,
          goal: { of: 'ratio', atMost: 1.3 },
        },
      ],
      growths: [{ name: 'CPU of a checkout', of: 'checkouts/s', points, unit: 'ms' }],
      notes: [
        `Of the shop's nine services of a checkout and of the chain's, after ${WARM_UP} checkouts; ` +
          `the rounds' ratios: ${costs.shop.map((cost, round) => (cost / (costs.bare[round] ?? NaN)).toFixed(2)).join(', ')}.`,
      ],
    };
  } finally {
    for (const child of bare) child.kill();
  }
}
