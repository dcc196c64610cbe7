import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { applyFault } from './apply-fault';

/** What arrives of an error that a resource's input ends with, two resources further on. */
async function arrived(error: Error): Promise<unknown> {
  const serialize = (input: Promise<unknown>) => pulumi.runtime.serializeProperties('test', { input });
  return serialize(serialize(Promise.reject(error))).then(
    () => assert.fail('nothing was thrown'),
    (found: unknown) => found,
  );
}

it('an error that the operator can mend keeps its words on the way to the engine', async () => {
  const found = await arrived(applyFault('the host gave no kubeconfig'));
  assert.ok(pulumi.RunError.isInstance(found));
  assert.equal(found.message, 'the host gave no kubeconfig');
  // What the SDK does to others, and what this is for.
  assert.match(
    ((await arrived(new pulumi.RunError('x'))) as Error).message,
    /^error serializing property "input": error/,
  );
});
