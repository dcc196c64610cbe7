import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operatorIngress } from './ingress';

const nodePorts = { shop: 30018, console: 30020, postgres: 30432 };

describe('operatorIngress', () => {
  it('opens SSH, the API and the NodePorts to each block, and nothing else', () => {
    const rules = operatorIngress(['203.0.113.7/32', '2001:db8::/48'], nodePorts);
    assert.deepEqual(
      rules.map(({ port, cidr }) => `${port} ${cidr}`),
      [22, 6443, 30018, 30020, 30432]
        .map((port) => `${port} 203.0.113.7/32`)
        .concat([22, 6443, 30018, 30020, 30432].map((port) => `${port} 2001:db8::/48`)),
    );
    assert.deepEqual([...new Set(rules.map(({ family }) => family))], [4, 6]);
  });

  it('names rules by port and block, so that another block renames none', () => {
    const one = operatorIngress(['203.0.113.7/32'], nodePorts).map(({ name }) => name);
    const two = operatorIngress(['198.51.100.0/24', '203.0.113.7/32', '203.0.113.7/32'], nodePorts).map(
      ({ name }) => name,
    );
    assert.equal(new Set(two).size, two.length);
    assert.equal(two.length, 10);
    assert.ok(one.every((name) => two.includes(name)));
  });
});
