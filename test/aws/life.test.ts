import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestStack, type Ended } from '../engine/test-stack';
import { engineTestSettings } from '../engine/settings';
import { awsTestSettings } from './settings';

/**
 * The life of a stack in a real account: made, unchanged, in an outage and healed, parked and started, destroyed. It
 * costs money: `test/aws/settings.ts` says how it is let run. Everything it makes has the tag `ecommerce-demo-test`
 * with the stack's name, and is destroyed at the end whatever happened; where even that fails, the message has the
 * commands.
 */
describe('a stack on AWS', () => {
  const settings = awsTestSettings();
  const deadline = Date.now() + settings.minutes * 60_000;
  const stack = new TestStack(
    'aws',
    { shop: 31_518, console: 31_520, postgres: 31_532 },
    engineTestSettings(),
  );

  /** Runs a step unless the time, and so the money, is up; the engine ends each command after ten minutes. */
  async function step(name: string, work: () => Promise<Ended>): Promise<Ended> {
    assert.ok(Date.now() < deadline, `no time is left for "${name}" (PULUMI_AWS_E2E_MINUTES)`);
    const ended = await work();
    process.stdout.write(`# ${name}: ${ended.seconds.toFixed(0)} s\n`);
    assert.equal(ended.code, 0, ended.output);
    return ended;
  }

  /** What of the resources changed, in the words of the engine's summary: `~ 3 updated`, `+-1 replaced`. */
  const changes = ({ output }: Ended) =>
    [
      ...output.matchAll(
        /^ {4}\S{0,2} ?(\d+) (created|updated|replaced|deleted|to create|to update|to replace|to delete)$/gm,
      ),
    ].map(([, count, what]) => `${count ?? ''} ${what ?? ''}`);

  before(async () => {
    await stack.initWith({
      region: settings.region,
      'aws:allowedAccountIds': JSON.stringify([settings.account]),
      ...settings.access,
      'tags.ecommerce-demo-test': stack.name,
      ...settings.config,
    });
  });

  after(async () => {
    try {
      await stack.dispose();
    } catch (error) {
      throw new Error(
        `The stack ${stack.name} could not be destroyed, and costs money as long as it is there. Its resources:\n` +
          `aws resourcegroupstaggingapi get-resources --region ${settings.region} --tag-filters Key=ecommerce-demo-test,Values=${stack.name}`,
        { cause: error },
      );
    }
  });

  it('is previewed from nothing', async () => {
    const { output } = await step('preview from nothing', () => stack.preview());
    assert.match(output, new RegExp(`AWS account ${settings.account} `));
    assert.match(output, /\+ \d+ to create/);
  });

  it('is made as the policy pack wants it, and the shop answers', async () => {
    const { output } = await step('up', () => stack.up('--policy-pack', 'policy'));
    assert.match(output, /ecommerce-demo@v\S+ \(local: policy\)/);
    const url = String(await stack.output('shopUrl'));
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
  });

  it('changes nothing the second time, also after a refresh', async () => {
    assert.deepEqual(changes(await step('up again', () => stack.up())), []);
    await step('refresh', () => stack.run(['refresh', '--yes', '--skip-preview']));
    assert.deepEqual(changes(await step('up after refresh', () => stack.up())), []);
  });

  it('goes through an outage and is healed, without a new host', async () => {
    const host = await stack.output('host');
    await stack.set('demoMode', 'blackfriday');
    await step('outage', () => stack.up());
    await stack.set('demoMode', 'normal');
    await step('heal', () => stack.up());
    assert.deepEqual(await stack.output('host'), host);
  });

  it('is parked and started, and keeps its cluster', async () => {
    await stack.set('hostState', 'stopped');
    await step('park', () => stack.up());
    await stack.set('hostState', 'running');
    const preview = await step('preview of the start', () => stack.preview());
    assert.ok(!changes(preview).some((change) => change.includes('to replace')), preview.output);
    await step('start', () => stack.up());
    const url = String(await stack.output('shopUrl'));
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
  });
});
