import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { callerAddress, callerWarning, operatorCidrFaults } from './operator-cidrs';

const only = (cidr: string) => {
  const [fault, ...more] = operatorCidrFaults([cidr]);
  assert.ok(fault);
  assert.equal(more.length, 0);
  assert.equal(fault.key, 'operatorCidrs[0]');
  assert.equal(fault.value, cidr);
  return fault.message;
};

describe('operatorCidrFaults', () => {
  it('accepts addresses and networks', () => {
    assert.deepEqual(operatorCidrFaults(['203.0.113.7/32', '10.0.0.0/8', '2001:db8::/48']), []);
  });

  it('says how to find the own address when there are none', () => {
    for (const missing of [undefined, []]) {
      const [fault, ...more] = operatorCidrFaults(missing);
      assert.equal(more.length, 0);
      assert.equal(fault?.key, 'operatorCidrs');
      assert.match(fault.message, /^is missing/);
      assert.match(fault.message, /curl -s https:\/\/checkip\.amazonaws\.com/);
      assert.match(fault.message, /pulumi config set --path 'operatorCidrs\[0\]'/);
    }
  });

  it('refuses the internet, whole or in halves', () => {
    for (const open of ['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '2000::/3']) {
      assert.match(only(open), /to the internet/);
    }
  });

  it('refuses what is no block, and shows how one address is written', () => {
    assert.match(only('203.0.113.7'), /203\.0\.113\.7\/32/);
    assert.match(only('2001:db8::1'), /2001:db8::1\/128/);
    for (const text of ['203.0.113.7/33', '203.0.113/24', 'home', '::1/129', '']) {
      assert.match(only(text), /no CIDR block/);
    }
  });

  it('reports all of them', () => {
    assert.equal(operatorCidrFaults(['0.0.0.0/0', '203.0.113.7/32', 'home']).length, 2);
  });
});

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
