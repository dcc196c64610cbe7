import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { mockEngine } from '../test/mocks/engine';
import { serving } from '../test/mocks/servers';
import { requireAllowedCaller } from './target';

describe('the caller of an update on AWS', () => {
  /** What is said to a machine whose address is 203.0.113.7. */
  const verdict = (
    operatorCidrs: string[],
    hostState: 'running' | 'stopped' = 'running',
    callerCheck = true,
  ) =>
    serving(
      createServer((_request, response) => response.end('203.0.113.7\n')),
      async (port) => {
        try {
          await requireAllowedCaller(
            { operatorCidrs, hostState, callerCheck },
            `http://127.0.0.1:${String(port)}`,
          );
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
        "could not reach the host: `pulumi config set --path 'operatorCidrs[1]' 203.0.113.7/32`. Where that address is not the one the host sees (a proxy, two ways " +
        'out): pulumi config set callerCheck false',
    );
  });

  it('is only warned by a preview, which reaches no host', async () => {
    const engine = mockEngine({}, { preview: true });
    assert.equal(await verdict(['198.51.100.0/24']), null);
    assert.match(engine.said.join(), /warning: ecommerce-demo:operatorCidrs: your address 203\.0\.113\.7/);
    mockEngine({});
  });

  it('goes on where config says that the host sees another address', async () => {
    assert.equal(await verdict(['198.51.100.0/24'], 'running', false), null);
  });

  it('may park the host from anywhere, and go on where the address cannot be learnt', async () => {
    assert.equal(await verdict(['198.51.100.0/24'], 'stopped'), null);
    await requireAllowedCaller(
      { operatorCidrs: ['198.51.100.0/24'], hostState: 'running', callerCheck: true },
      'http://127.0.0.1:9',
    );
  });
});
