/** What goes wrong around the engine: killed in the middle, the database gone, the namespace gone. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { TestCluster } from './cluster';
import { browse } from './shop-calls';
import { steps } from './steps';
import { TestStack, type Ended } from './test-stack';

const step = steps();
const stack = new TestStack('recovery', { shop: 32_218, console: 32_220, postgres: 32_232 });
let cluster: TestCluster;

/** Where the engine is killed: when the first of these lines comes. */
const MOMENTS = [
  /Image services-image creating/,
  /StatefulSet postgresql-server creating/,
  /Role database-app creating/,
  /Job setup-job creating/,
  /Deployment product-catalog-deployment creating/,
];

/** `pulumi up`, killed at a line. Also ends where the line doesn't come. */
async function killedAt(moment: RegExp): Promise<Ended> {
  let killed = false;
  return stack.start(
    ['up', '--yes', '--skip-preview', '--non-interactive', '--color', 'never', '--stack', stack.name],
    (line, kill) => {
      if (killed || !moment.test(line)) return;
      killed = true;
      kill();
    },
  ).ended;
}

/** `pulumi up`; what its message says is to be imported, is. */
async function upWithImports(): Promise<Ended> {
  for (;;) {
    const ended = await stack.up();
    const imports = [...new Set(ended.output.match(/pulumi import .* --yes/g) ?? [])];
    if (ended.code === 0 || imports.length === 0) return ended;
    for (const command of imports) {
      const args = [...command.matchAll(/'[^']*'|\S+/g)].slice(1).map(([word]) => word.replaceAll("'", ''));
      const { code, output } = await stack.run(args);
      assert.equal(code, 0, output);
    }
  }
}

async function assertSells(): Promise<void> {
  assert.deepEqual(await cluster.unready(), []);
  const { status, body } = await browse(String(await stack.output('shopUrl')));
  assert.equal(status, 200, JSON.stringify(body));
}

describe('recovery', () => {
  before(async () => {
    await stack.init();
    cluster = await TestCluster.of(stack);
  });
  after(() => stack.dispose());

  for (const moment of MOMENTS) {
    step(`survives a kill -9 at ${String(moment)}`, async () => {
      const { code, output } = await killedAt(moment);
      assert.equal(code, null, `the engine was not killed:\n${output}`);
      const cancelled = await stack.run(['cancel', '--yes']);
      assert.equal(cancelled.code, 0, cancelled.output);
    });
  }

  step('finishes after them', async () => {
    const { code, output } = await upWithImports();
    assert.equal(code, 0, output);
    await assertSells();
  });

  step('has made nothing twice: every object of the namespace is in the state', async () => {
    assert.deepEqual(await cluster.objects(), await stack.kubernetesObjects());
    const roles = await cluster.sql(`select rolname from pg_roles where rolname !~ '^pg_' order by 1`);
    assert.deepEqual(
      roles.map(({ rolname }) => rolname),
      ['conductor', 'postgres', 'shop_app', 'shop_owner'],
    );
    const { code, output } = await stack.up('--expect-no-changes');
    assert.equal(code, 0, output);
  });

  step('says the import of a role that it does not know', async () => {
    const { code, output } = await stack.run([
      ...[
        'state',
        'delete',
        await stack.urnOf('database-conductor'),
        '--yes',
        '--force',
        '--target-dependents',
      ],
    ]);
    assert.equal(code, 0, output);
    const refused = await stack.up();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /pulumi import postgresql:index\/role:Role database-conductor conductor --parent/,
    );
    const { code: imported, output: log } = await upWithImports();
    assert.equal(imported, 0, log);
    await assertSells();
  });

  step('destroys while PostgreSQL is down', async () => {
    await cluster.stopPostgres();
    const { code, output } = await stack.destroy();
    assert.equal(code, 0, output);
    assert.equal(await cluster.namespaceExists(), false);
  });

  step('comes up again after that', async () => {
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    await assertSells();
  });

  step('destroys, and comes up, after its namespace was deleted by hand', async () => {
    await cluster.deleteNamespace();
    const refreshed = await stack.run(['refresh', '--yes', '--skip-preview']);
    assert.equal(refreshed.code, 0, refreshed.output);
    const destroyed = await stack.destroy();
    assert.equal(destroyed.code, 0, destroyed.output);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    await assertSells();
  });
});
