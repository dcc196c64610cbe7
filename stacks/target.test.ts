import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { serving } from '../test/mocks/servers';
import { requireAllowedCaller } from './target';

describe('the caller of an update on AWS', () => {
  /** What is said to a machine whose address is 203.0.113.7. */
  const verdict = (operatorCidrs: string[], hostState: 'running' | 'stopped' = 'running') =>
    serving(
      createServer((_request, response) => response.end('203.0.113.7\n')),
      async (port) => {
        try {
          await requireAllowedCaller({ operatorCidrs, hostState }, `http://127.0.0.1:${String(port)}`);
          return null;
        } catch (error) {
          assert.ok(pulumi.RunError.isInstance(error), String(error));
          return error.message;
        }
      },
    );

  it('goes on from an address that may reach the host', async () => {
    assert.equal(await verdict(['198.51.100.0/24', '203.0.113.0/24']), null);
  });

  it('is stopped before the first resource from any other, with the command', async () => {
    assert.equal(
      await verdict(['198.51.100.0/24']),
      'ecommerce-demo:operatorCidrs: your address 203.0.113.7 is not in operatorCidrs (198.51.100.0/24), so this update ' +
        "could not reach the host: `pulumi config set --path 'operatorCidrs[1]' 203.0.113.7/32`. Nothing was touched.",
    );
  });

  it('may park the host from anywhere, and go on where the address cannot be learnt', async () => {
    assert.equal(await verdict(['198.51.100.0/24'], 'stopped'), null);
    await requireAllowedCaller(
      { operatorCidrs: ['198.51.100.0/24'], hostState: 'running' },
      'http://127.0.0.1:9',
    );
  });
});
