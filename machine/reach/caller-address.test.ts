import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { testProxy, withEnvironment } from '../../test/mocks/proxy';
import { serving } from '../../test/mocks/servers';
import { callerAddress } from './caller-address';

describe('callerAddress', () => {
  it('reads the address, and is null for anything else', async () => {
    const answers = ['203.0.113.7\n', '<html>sign in</html>'];
    const server = createServer((_request, response) => response.end(answers.shift()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.equal(await callerAddress(url), '203.0.113.7');
      assert.equal(await callerAddress(url), null);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    assert.equal(await callerAddress(url), null, 'nobody answers there any more');
  });

  it('asks by the proxy that the environment names', async () => {
    await serving(
      createServer((_request, response) => response.end('203.0.113.9')),
      (port) => {
        const { server, asked } = testProxy(() => port);
        return serving(server, (proxyPort) =>
          withEnvironment({ http_proxy: `127.0.0.1:${String(proxyPort)}` }, async () => {
            assert.equal(await callerAddress('http://checkip.example/'), '203.0.113.9');
            assert.deepEqual(asked, ['GET http://checkip.example/']);
          }),
        );
      },
    );
  });
});
