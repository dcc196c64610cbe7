import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cidrFault } from './cidr';

const ALLOWED = ['203.0.113.7/32', '10.0.0.0/8', '2001:db8::/48', '2000::/16'];
const OPEN = ['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '2000::/3', '10.0.0.0/7', '2000::/15'];

describe('blocks that may reach a host', () => {
  it('are addresses and networks', () => {
    for (const cidr of ALLOWED) assert.equal(cidrFault(cidr), null, cidr);
  });

  it('are not the internet, whole or in halves', () => {
    for (const cidr of OPEN) assert.match(cidrFault(cidr) ?? '', /to the internet/, cidr);
  });

  it('are blocks; how one address is written is shown', () => {
    assert.match(cidrFault('203.0.113.7') ?? '', /203\.0\.113\.7\/32/);
    assert.match(cidrFault('2001:db8::1') ?? '', /2001:db8::1\/128/);
    for (const text of ['203.0.113.7/33', '203.0.113/24', 'home', '::1/129', ''])
      assert.match(cidrFault(text) ?? '', /no CIDR block/, text);
  });
});
