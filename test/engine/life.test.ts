/** A stack's life with the real engine: made, unchanged, in the outage, drifted, healed, destroyed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe } from 'node:test';
import { z } from 'zod';
import { repositoryDir, until } from '../harness';
import { TestCluster } from './cluster';
import { browse, checkOut, SHOP_SERVICES, summaryOf, type Summary } from './shop-calls';
import { steps } from './steps';
import { TestStack } from './test-stack';

const step = steps();
const stack = new TestStack('life', { shop: 32_118, console: 32_120, postgres: 32_132 });
let cluster: TestCluster;
let shopUrl = '';
let consoleUrl = '';

const releaseSchema = z.object({ image: z.string(), config: z.record(z.string(), z.string()) });
const releasesSchema = z.object({ current: releaseSchema, previous: releaseSchema.optional() });

const previewSchema = z.looseObject({
  steps: z.array(z.looseObject({ op: z.string(), urn: z.string() })),
});

/** Requests and errors of a cohort over some of the run's minutes. */
function counted({ run }: Summary, cohort: 'baseline' | 'demo', from: number, to: number) {
  const minutes = (run?.minutes ?? []).filter(({ minute }) => minute >= from && minute <= to);
  const sum = (key: 'requests' | 'errors') =>
    minutes.reduce((total, { traffic }) => total + traffic[cohort][key], 0);
  return { requests: sum('requests'), errors: sum('errors') };
}

describe('pulumi up, the outage, and pulumi destroy', () => {
  before(async () => {
    await stack.init();
    cluster = await TestCluster.of(stack);
  });
  after(() => stack.dispose());

  step('makes the shop from nothing, every pod ready', async () => {
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.deepEqual(await cluster.unready(), []);
    shopUrl = String(await stack.output('shopUrl'));
    consoleUrl = String(await stack.output('consoleUrl'));
  });

  step('sells: a browse and a checkout answer through the NodePort', async () => {
    const browsed = await browse(shopUrl);
    assert.equal(browsed.status, 200, JSON.stringify(browsed.body));
    // 402 is an answer too: one card in a hundred is declined.
    const statuses = await Promise.all(
      [1, 2, 3].map(async (n) => (await checkOut(shopUrl, `e2e-${String(n)}`)).status),
    );
    assert.ok(statuses.includes(200), statuses.join());
  });

  step('brings traces of all twelve services to the console', async () => {
    const missing = async () => {
      const seen = Object.keys((await summaryOf(consoleUrl)).windows.last60s.services);
      return SHOP_SERVICES.filter((name) => !seen.includes(name));
    };
    await until(
      async () => (await missing()).length === 0,
      60_000,
      () => 'telemetry of every service',
      1000,
    );
  });

  step('talks to PostgreSQL over TLS only', async () => {
    const plain = await cluster.sql(
      `select a.application_name from pg_stat_activity a join pg_stat_ssl s using (pid)
        where a.client_addr is not null and not s.ssl`,
    );
    assert.deepEqual(plain, []);
  });

  step('lets psql in from its pod as the documents type it, and nobody else without a password', async () => {
    const psql = (user: string, ...more: string[]) =>
      cluster.inPodOf('postgresql', ['psql', '-w', '-U', user, '-d', 'ecommerce', ...more]);
    assert.match(await psql('ecommerce_user', '-c', '\\di idx_products*'), /idx_products_category /);
    assert.match(await psql('postgres', '-c', 'select 1'), /no password supplied/);
    assert.match(await psql('ecommerce_user', '-h', '127.0.0.1', '-c', 'select 1'), /no password supplied/);
  });

  step('has nothing to do the second time, and complies with the policy pack', async () => {
    const { code, output } = await stack.up('--expect-no-changes', '--policy-pack', 'policy');
    assert.equal(code, 0, output);
    assert.match(output, /ecommerce-demo@v\S+ \(local: policy\)/);
  });

  step('previews the outage as one index, the row and its proof', async () => {
    await stack.set('demoMode', 'blackfriday');
    const { output } = await stack.run(['preview', '--json']);
    const { steps } = previewSchema.parse(JSON.parse(output.slice(output.indexOf('{'))));
    const changed = steps
      // The release before is read from the stack's own outputs.
      .filter(({ op }) => op !== 'same' && op !== 'read')
      .map(({ op, urn }) => `${op} ${urn.split('::').at(-1) ?? ''}`);
    assert.deepEqual(changed.sort(), [
      'update follow-up-verification',
      'update scenario-idx-products-category',
      'update scenario-row',
    ]);
    const { output: diff } = await stack.run(['preview', '--diff']);
    for (const expected of [
      /~ state : "present" => "absent"/,
      /~ mode +: "normal" => "blackfriday"/,
      /~ pool +: "25 connections, .*" => "5 connections, .*"/,
      /minute 20: 1050 checkout rpm, 78 % fail/,
      /minute 5: \d+ ms for a full scan/,
      /~ start +: "no run" => "starts 10 s after the update"/,
    ]) {
      assert.match(diff, expected);
    }
    assert.doesNotMatch(diff, /predicted/);
  });

  step('makes the outage without a restart: checkouts fail, browsing does not', async () => {
    const running = await cluster.generations();
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    let summary: Summary | null = null;
    await until(
      async () => {
        summary = await summaryOf(consoleUrl);
        return (summary.scenario.minute ?? 0) >= 9;
      },
      120_000,
      () => 'minute 9 of the run',
      1000,
    );
    assert.ok(summary);
    const demo = counted(summary, 'demo', 5, 7);
    assert.ok(demo.requests > 60, JSON.stringify(demo));
    assert.ok(demo.errors / demo.requests > 0.08, JSON.stringify(demo));
    assert.equal(counted(summary, 'baseline', 0, 7).errors, 0);
    assert.deepEqual(await cluster.generations(), running);
  });

  step('sees an index made by hand as drift, and takes it away again', async () => {
    await cluster.sql(
      'create index concurrently idx_products_category on storage.products (category, active, popularity_score desc, price_cents)',
    );
    const refreshed = await stack.run(['refresh', '--yes', '--skip-preview', '--diff']);
    assert.equal(refreshed.code, 0, refreshed.output);
    assert.match(refreshed.output, /~ state +: "absent" => "present"/);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const found = await cluster.sql(`select from pg_indexes where indexname = 'idx_products_category'`);
    assert.equal(found.length, 0);
    // The start that was stamped stays: the run goes on.
    assert.match((await summaryOf(consoleUrl)).scenario.runId, /^blackfriday-1-\d+$/);
  });

  step('heals: no checkout fails any more', async () => {
    await stack.set('demoMode', 'normal');
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    await until(
      async () => {
        const { demo } = (await summaryOf(consoleUrl)).windows.last10s.traffic;
        return demo.requests > 0 && demo.errors === 0;
      },
      60_000,
      () => 'ten seconds of checkouts without an error',
      500,
    );
  });

  step('goes back to the release before: its image by digest, its config, and no other mode', async () => {
    const { current: first } = releasesSchema.parse(await stack.output('releases'));
    const second = stack.anotherImage(first.image);
    await stack.set('images.services', second, '--path');
    await stack.set('replicas.cart', '2', '--path');
    const deployed = await stack.up();
    assert.equal(deployed.code, 0, deployed.output);
    assert.deepEqual(await cluster.images('cart'), [second, second]);
    const releases = releasesSchema.parse(await stack.output('releases'));
    assert.deepEqual([releases.current.image, releases.previous?.image], [second, first.image]);

    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['dist/cli/rollback.js', '--release', 'previous', '--target', 'stack', '--stack', stack.name, '--json'],
      { cwd: repositoryDir, env: { ...process.env, ...stack.env }, encoding: 'utf8', timeout: 300_000 },
    );
    assert.equal(status, 0, stderr);
    const { ok, to, config } = z
      .looseObject({ ok: z.boolean(), to: z.string(), config: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(stdout));
    assert.deepEqual([ok, to, config], [true, first.image, { replicas: null }]);
    assert.deepEqual(await cluster.images('cart'), [first.image]);
    const after = releasesSchema.parse(await stack.output('releases'));
    assert.deepEqual([after.current, after.previous?.image], [first, second]);
  });

  step('destroys everything', async () => {
    const { code, output } = await stack.destroy();
    assert.equal(code, 0, output);
    assert.equal(await cluster.namespaceExists(), false);
  });
});
