import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { mockEngine } from '../test/mocks/engine';
import { awsAccess, providerArguments } from './aws-provider';

const CALLER = { accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/me' };

describe("the provider's arguments", () => {
  it('are text where the provider takes text, and JSON elsewhere, whatever the value looks like', () => {
    assert.deepEqual(
      providerArguments({
        profile: '12345',
        allowedAccountIds: '["123456789012"]',
        assumeRoles: '[{"roleArn":"arn:aws:iam::1:role/x"}]',
        skipMetadataApiCheck: 'true',
        endpoints: '[{"ec2":"http://127.0.0.1:1"}]',
      }),
      {
        profile: '12345',
        allowedAccountIds: ['123456789012'],
        assumeRoles: [{ roleArn: 'arn:aws:iam::1:role/x' }],
        skipMetadataApiCheck: true,
        endpoints: [{ ec2: 'http://127.0.0.1:1' }],
      },
    );
    assert.throws(() => providerArguments({ assumeRoles: 'arn:x' }), /aws:assumeRoles is not JSON/);
  });

  it("follow the SDK's own list of what is JSON", () => {
    const source = readFileSync(require.resolve('@pulumi/aws/provider.js'), 'utf8');
    const inputs = [...source.matchAll(/resourceInputs\["(\w+)"\] = (.+);/g)];
    assert.ok(inputs.length > 30);
    for (const [, key = '', value = ''] of inputs) {
      const takesJson = value.includes('JSON.stringify');
      // `1` is text, and JSON as well.
      assert.equal(
        typeof providerArguments({ [key]: '1' })[key as never],
        takesJson ? 'number' : 'string',
        key,
      );
    }
  });
});

describe('access to AWS', () => {
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
  });
  const asking = (answer: () => object) =>
    mockEngine({ functions: { 'aws:index/getCallerIdentity:getCallerIdentity': answer } });

  it("is by one provider that does what the stack's aws: config says, and tells account and region first", async () => {
    const engine = asking(() => CALLER);
    pulumi.runtime.setAllConfig({
      'aws:profile': 'demo',
      'aws:region': 'eu-central-1',
      'aws:allowedAccountIds': '["123456789012"]',
      'aws:defaultTags': '{"tags":{"owner":"us","stage":"x"}}',
    });
    const access = await awsAccess({ region: undefined, tags: { stage: 'test' } });
    await engine.idle();
    const { inputs } = engine.only('pulumi:providers:aws');
    assert.equal(inputs.profile, 'demo');
    assert.equal(inputs.region, 'eu-central-1');
    assert.deepEqual(JSON.parse(String(inputs.allowedAccountIds)), ['123456789012']);
    assert.deepEqual(JSON.parse(String(inputs.defaultTags)), { tags: { owner: 'us', stage: 'test' } });
    assert.deepEqual(access.tags, { owner: 'us', stage: 'test' });
    assert.deepEqual(engine.said, [
      'info: AWS account 123456789012 (as arn:aws:iam::123456789012:user/me), region eu-central-1 (aws:region)',
    ]);
  });

  it('that nobody has is a fault with a remedy', async () => {
    asking(() => {
      throw new Error('No valid credential sources found');
    });
    await assert.rejects(awsAccess({ region: 'eu-west-1', tags: {} }), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(
        error.message,
        /AWS lets nobody in: .*No valid credential[^]*pulumi config set aws:profile NAME/,
      );
      return true;
    });
  });

  it('to a region that there is not is refused without asking for it', async () => {
    const engine = asking(() => CALLER);
    await assert.rejects(awsAccess({ region: 'eu-westt-1', tags: {} }), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(
        error.message,
        /^ecommerce-demo:region = "eu-westt-1": AWS has no such region: did you mean eu-west-1\?.*set region REGION/,
      );
      return true;
    });
    assert.deepEqual(engine.created, []);
  });

  const refusals: readonly (readonly [
    name: string,
    said: string,
    config: Record<string, string>,
    expected: RegExp,
  ])[] = [
    [
      'to another account than the stack allows',
      'AWS account ID not allowed: 999999999999',
      { 'aws:allowedAccountIds': '["123456789012"]' },
      /^aws:allowedAccountIds = \["123456789012"\]: .*999999999999.*pulumi config set aws:profile NAME/,
    ],
    [
      'by a profile that this machine does not have',
      'failed to get shared config profile, nobody',
      { 'aws:profile': 'nobody', 'aws:region': 'eu-west-1' },
      /^aws:profile = "nobody": .*aws configure list-profiles/,
    ],
    [
      'by a login that has ended',
      'ExpiredToken: The security token included in the request is expired',
      { 'aws:profile': 'demo', 'aws:region': 'eu-west-1' },
      /^AWS lets nobody in: ExpiredToken.*aws sso login --profile demo/,
    ],
    [
      'by a machine whose clock is wrong',
      'api error SignatureDoesNotMatch: Signature expired: 20261127T024130Z is now earlier than 20261127T025630Z (20261127T031130Z - 15 min.)',
      { 'aws:region': 'eu-west-1' },
      /^This machine's clock \(\d{4}-.*Signature expired.*set-ntp true.*Nothing was touched\.$/,
    ],
    [
      'to a region that the account has not enabled',
      '2 errors occurred:\n\t* Retrieving AWS account details: operation error STS: GetCallerIdentity, https response error StatusCode: 403, ' +
        'RequestID: r, api error InvalidClientTokenId: The security token included in the request is invalid.\n\t* AWS account ID not allowed: \n\n',
      { 'aws:region': 'ap-east-1', 'aws:allowedAccountIds': '["123456789012"]' },
      /AWS lets nobody in: InvalidClientTokenId: The security token included in the request is invalid\. Log in .*enable-region --region-name ap-east-1\. Nothing was touched\.$/,
    ],
  ];
  for (const [name, said, config, expected] of refusals) {
    it(`${name} is refused by key, value and remedy`, async () => {
      asking(() => {
        throw new Error(said);
      });
      pulumi.runtime.setAllConfig(config);
      await assert.rejects(awsAccess({ region: undefined, tags: {} }), (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, expected);
        return true;
      });
    });
  }
});
