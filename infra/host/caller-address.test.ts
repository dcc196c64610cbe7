import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { callerAddress, callerWarning } from './caller-address';

describe('callerWarning', () => {
  it('is silent when the caller is allowed, or cannot be compared', () => {
    assert.equal(callerWarning(['198.51.100.0/24'], '198.51.100.9'), null);
    assert.equal(callerWarning(['2001:db8::/48'], '2001:db8::9'), null);
    assert.equal(callerWarning(['198.51.100.0/24'], '2001:db8::9'), null);
    assert.equal(callerWarning(['198.51.100.0/24'], 'no address'), null);
  });

  it('names the address and the command that allows it', () => {
    const warning = callerWarning(['198.51.100.0/24'], '203.0.113.7');
    assert.match(warning ?? '', /203\.0\.113\.7 is not in operatorCidrs/);
    assert.match(warning ?? '', /pulumi config set --path 'operatorCidrs\[1\]' 203\.0\.113\.7\/32/);
  });
});

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
});
