import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Mendable } from '../errors';
import { chooseRegion } from './aws-region';

describe('the region', () => {
  it("is the stack's, else the provider's, else the environment's, else the default, and says which", () => {
    assert.deepEqual(chooseRegion('eu-west-1', undefined, { AWS_REGION: 'x' }), {
      region: 'eu-west-1',
      source: 'ecommerce-demo:region',
    });
    assert.equal(chooseRegion(undefined, 'eu-west-2', { AWS_REGION: 'x' }).region, 'eu-west-2');
    assert.equal(chooseRegion('eu-west-2', 'eu-west-2', {}).region, 'eu-west-2');
    assert.deepEqual(
      chooseRegion(undefined, undefined, { AWS_REGION: 'eu-west-3', AWS_DEFAULT_REGION: 'x' }),
      {
        region: 'eu-west-3',
        source: 'AWS_REGION',
      },
    );
    assert.equal(
      chooseRegion(undefined, undefined, { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-4' }).region,
      'eu-west-4',
    );
    assert.match(chooseRegion(undefined, undefined, {}).source, /^the default/);
  });

  it('is refused where two keys disagree', () => {
    assert.throws(
      () => chooseRegion('eu-west-1', 'us-east-1', {}),
      (error: Error) =>
        error instanceof Mendable &&
        error.message.includes('ecommerce-demo:region = "eu-west-1" and aws:region = "us-east-1" disagree'),
    );
  });
});
