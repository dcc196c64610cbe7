/**
 * Thousands of requests that are wrong in some way, to every route of the shop that `npm start` runs, and to the
 * console's OTLP port. The seed is printed; FUZZ_SEED brings the same requests again.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CATALOG, type ServiceName } from '../../services/catalog';
import { repositoryDir, TestShop, until } from '../harness';
import { Chance, seedOf } from './chance';
import { fuzzedExport, fuzzedRequest } from './requests';
import { HEALTH_ROUTES, ROUTES, type FuzzedRoute } from './routes';
import { hangUp, send, type WireAnswer, type WireRequest } from '../wire';

const REQUESTS = 3_000;
const EXPORTS = 1_000;
const AT_ONCE = 8;
/** Resident memory of a service may differ by so much from half of the requests to their end (bytes). */
const GROWTH_LIMIT = 40 * 1024 * 1024;

const seed = seedOf(process.env);
const shop = new TestShop(`e2e-fuzz-${String(process.pid)}`, ['--rows', '50000', '--scale', '0.05'], 8_000);

const everyRoute: readonly FuzzedRoute[] = [
  ...ROUTES,
  ...CATALOG.flatMap(({ name }) =>
    HEALTH_ROUTES.map((route): FuzzedRoute => ({ service: name, method: 'GET', path: route })),
  ),
];

/** What is wrong with an answer; null when nothing is. */
function faultOf({ status, text }: WireAnswer): string | null {
  if (status < 500) return null;
  if (status === 503 && /"(reason|message|status)":/.test(text)) return null;
  return `${String(status)} ${text.slice(0, 300)}`;
}

const described = ({ url, method, target, headers, body }: WireRequest): string =>
  `${method} ${url}${target.slice(0, 200)} ${JSON.stringify(headers).slice(0, 300)} ${body?.toString('latin1').slice(0, 300) ?? ''}`;

/** Sends requests, some at once; returns what went wrong and how often each status came. */
async function sendAll(
  count: number,
  make: (n: number) => WireRequest,
): Promise<{ faults: string[]; statuses: Record<string, number> }> {
  const faults: string[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  const sender = async (): Promise<void> => {
    while (sent < count) {
      const request = make(sent);
      sent += 1;
      const attempt = (): Promise<string | null> =>
        send(request).then(
          (answer) => {
            statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
            // What is away for a moment is 503; a request that always gets one is a fault of ours.
            return answer.status === 503 ? 'always 503: ' + answer.text.slice(0, 300) : faultOf(answer);
          },
          (error: unknown) => `no answer: ${String(error)}`,
        );
      let fault = await attempt();
      for (let again = 0; again < 3 && fault?.startsWith('always 503') === true; again += 1)
        fault = await attempt();
      if (fault !== null) faults.push(`${fault}\n    ${described(request)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return { faults, statuses };
}

async function memory(): Promise<Record<string, number>> {
  const entries = await Promise.all(
    CATALOG.map(async ({ name }) => {
      const { body } = await shop.request(name, '/health');
      return [name, (body as { process: { rss_bytes: number } }).process.rss_bytes] as const;
    }),
  );
  return Object.fromEntries(entries);
}

describe(`fuzz, seed ${String(seed)}`, () => {
  let pids: number[] = [];
  before(async () => {
    process.stdout.write(`# FUZZ_SEED=${String(seed)} brings these requests again\n`);
    shop.configure({ demoMode: 'normal' });
    await shop.start();
    pids = shop.run().children.map(({ pid }) => pid);
  });
  after(async () => {
    hangUp();
    await shop.dispose();
  });

  it('knows every route that the services have', () => {
    const known = new Set(ROUTES.map(({ method, path: route }) => `${method} ${route}`));
    const files = globSync('dist/services/*/**/*.js', { cwd: repositoryDir }).filter(
      (file) => !/\.test\.js$|public\/|services\/lib\/|generated\//.test(file),
    );
    const found = files.flatMap((file) =>
      [
        ...readFileSync(path.join(repositoryDir, file), 'utf8').matchAll(
          /\b(get|post|put|delete|patch)\('(\/[^']*)'/g,
        ),
      ].map(([, method, route]) => `${String(method).toUpperCase()} ${String(route)}`),
    );
    assert.ok(found.length >= 40, `only ${String(found.length)} routes were found`);
    assert.deepEqual(
      found.filter((route) => !known.has(route)),
      [],
    );
  });

  it('no request makes a service fail, hang, crash or grow', async (context) => {
    const chance = new Chance(seed);
    const { adminToken } = shop.run();
    const half = async (): Promise<Record<string, number>> => {
      const { faults, statuses } = await sendAll(REQUESTS / 2, (n) => {
        const route = everyRoute[n % everyRoute.length] ?? everyRoute[0];
        assert.ok(route);
        return fuzzedRequest(route, shop.url(route.service), adminToken, chance);
      });
      const exports = await sendAll(EXPORTS / 2, () => fuzzedExport(shop.run().otlp, chance));
      context.diagnostic(
        `statuses ${JSON.stringify(statuses)}, of exports ${JSON.stringify(exports.statuses)}`,
      );
      assert.deepEqual([...faults, ...exports.faults], []);
      // Some got through: else only the door was tried.
      assert.ok((statuses[200] ?? 0) > REQUESTS / 20 && (exports.statuses[200] ?? 0) > EXPORTS / 20);
      return memory();
    };
    const before = await half();
    const after = await half();
    for (const { name } of CATALOG) {
      const growth = (after[name] ?? 0) - (before[name] ?? 0);
      context.diagnostic(
        `${name}: ${String(Math.round((after[name] ?? 0) / 2 ** 20))} MB, ${String(Math.round(growth / 2 ** 20))} more than at half`,
      );
      assert.ok(growth < GROWTH_LIMIT, `${name} grew by ${String(growth)} bytes`);
    }
  });

  it('leaves the shop as it was: the same processes, ready, and a console that tells of everything', async () => {
    assert.deepEqual(
      shop.run().children.map(({ pid }) => pid),
      pids,
    );
    for (const { name } of CATALOG)
      await until(
        async () => (await shop.request(name, '/readyz')).status === 200,
        10_000,
        () => `${name} to be ready`,
      );
    const wholly = async (service: ServiceName, route: string): Promise<unknown> => {
      const { status, body } = await shop.request(service, route);
      assert.equal(status, 200, route);
      return body;
    };
    for (const route of ['/api/traces?limit=200', '/api/summary', '/api/service-map', '/api/logs?limit=500'])
      await wholly('console', route);
    const answer = await send({
      url: shop.url('console'),
      method: 'GET',
      target: '/api/stream',
      headers: {},
      body: null,
      headOnly: true,
    });
    assert.equal(answer.status, 200);
  });
});
