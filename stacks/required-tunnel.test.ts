import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { mockEngine } from '../test/mocks/engine';
import { closedPort, serving } from '../test/mocks/servers';
import { requireTunnel } from './required-tunnel';

it("an update of a host by Systems Manager wants the host's port here, and says by which command", async () => {
  mockEngine({});
  await serving(createServer(), requireTunnel);
  await assert.rejects(requireTunnel(await closedPort(createServer())), (error: Error) => {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    assert.match(error.message, /In another terminal: npm run tunnel -- --stack \S+\. Nothing was touched/);
    return true;
  });
});
