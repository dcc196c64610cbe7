import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_NODE_PORTS, DEPLOYMENT_BOOK } from '../../scenario/config/deployment';
import { takenPortRemedy } from './node-port-hint';

const TAKEN =
  'Service "console" is invalid: spec.ports[0].nodePort: Invalid value: 30020: provided port is already allocated';

describe('a NodePort that is taken', () => {
  it('is reported with its key, its number and the command', () => {
    assert.match(
      takenPortRemedy('console', ['something else', TAKEN]) ?? '',
      /nodePorts\.console = 30020: .*grep 30020.*pulumi config set --path nodePorts\.console PORT/,
    );
  });

  it('has a key of the config, whichever it is', () => {
    const known = DEPLOYMENT_BOOK.documentedKeys().map(({ key }) => key);
    const named = ['frontend', 'console', 'postgresql'].map((service) => {
      const [, key = ''] = /(nodePorts\.\w+)/.exec(takenPortRemedy(service, [TAKEN]) ?? '') ?? [];
      return key;
    });
    assert.deepEqual(
      named.sort(),
      Object.keys(DEFAULT_NODE_PORTS)
        .map((key) => `nodePorts.${key}`)
        .sort(),
    );
    for (const key of named) assert.ok(known.includes(key), key);
  });

  it('is not seen in other errors', () => {
    assert.equal(takenPortRemedy('console', ['Service "console" is invalid: metadata.name']), null);
  });
});
