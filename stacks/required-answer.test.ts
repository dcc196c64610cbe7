import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { mockEngine } from '../test/mocks/engine';
import { closedPort, serving } from '../test/mocks/servers';
import { requireAnswer, requireTunnel } from './required-answer';

it("an update of a host by Systems Manager wants the host's port here, and says by which command", async () => {
  mockEngine({});
  await serving(createServer(), requireTunnel);
  await assert.rejects(requireTunnel(await closedPort()), (error: Error) => {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    assert.match(error.message, /In another terminal: npm run tunnel -- --stack \S+\. Nothing was touched/);
    return true;
  });
});

it('an update of a host that runs wants its answer, and says what may be the matter', async () => {
  const at = (port: number) => ({
    apiServer: `https://127.0.0.1:${String(port)}`,
    instanceId: 'i-1',
    region: 'eu-west-1',
  });
  mockEngine({});
  await serving(createServer(), (port) => requireAnswer(at(port)));
  const closed = at(await closedPort());
  await assert.rejects(requireAnswer(closed, ['192.0.2.7/32']), (error: Error) => {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    for (const part of [
      /^The host i-1 runs, as AWS says, and does not answer this machine at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\)/,
      /ecommerce-demo:operatorCidrs = \["192\.0\.2\.7\/32"\] \(npm run doctor -- --stack \S+\)/,
      /aws ec2 reboot-instances --region eu-west-1 --instance-ids i-1.*terminate-instances.*Nothing was touched/,
    ])
      assert.match(error.message, part);
    return true;
  });
  const { said } = mockEngine({}, { preview: true });
  await requireAnswer(closed);
  assert.match(said.join(), /^warning: The host i-1 runs/);
});
