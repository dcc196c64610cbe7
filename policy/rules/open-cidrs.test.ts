import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cidrFault, SHORTEST_PREFIX } from '../../scenario/config/cidr';
import { isOpen } from './open-cidrs';

describe("the policy pack's copy of the rule of operatorCidrs", () => {
  it('is the rule', () => {
    for (const [address, shortest, longest] of [
      ['10.0.0.0', SHORTEST_PREFIX[4], 32],
      ['2000::', SHORTEST_PREFIX[6], 128],
    ] as const) {
      for (let prefix = 0; prefix <= longest; prefix++) {
        const cidr = `${address}/${prefix}`;
        assert.equal(isOpen(cidr), prefix < shortest, cidr);
        assert.equal(isOpen(cidr), cidrFault(cidr) !== null, cidr);
      }
    }
  });
});
