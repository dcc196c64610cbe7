import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { platformOf, ubuntuImageParameter } from './platform';

describe('platformOf', () => {
  for (const type of [
    't4g.xlarge',
    'm7gd.large',
    'c7gn.medium',
    'a1.large',
    'im4gn.large',
    'x2gd.large',
    'g5g.xlarge',
  ]) {
    it(`${type} is arm64`, () => {
      assert.equal(platformOf(type), 'linux/arm64');
    });
  }
  for (const type of [
    't3.xlarge',
    'm7i-flex.large',
    'g4dn.xlarge',
    'gr6.4xlarge',
    'u-6tb1.metal',
    'c7a.large',
    'mac1.metal',
  ]) {
    it(`${type} is amd64`, () => {
      assert.equal(platformOf(type), 'linux/amd64');
    });
  }

  it('decides the Ubuntu image', () => {
    assert.equal(
      ubuntuImageParameter('linux/arm64'),
      '/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id',
    );
    assert.match(ubuntuImageParameter('linux/amd64'), /\/current\/amd64\//);
  });
});
