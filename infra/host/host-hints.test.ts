import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostRemedy, sshRemedy, type HintContext } from './host-hints';

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const IN_B: HintContext = {
  region: 'eu-west-1',
  instanceType: 't4g.xlarge',
  place: { kind: 'new', zone: 'eu-west-1b', fixed: false, zones: ZONES },
};
const FULL =
  'api error InsufficientInstanceCapacity: We currently do not have sufficient t4g.xlarge capacity';

describe('a host that cannot be made', () => {
  it('for want of capacity names the next zone, around the end', () => {
    assert.match(
      hostRemedy([FULL], IN_B) ?? '',
      /pulumi config set availabilityZone eu-west-1c && pulumi up/,
    );
    const inC: HintContext = {
      ...IN_B,
      place: { kind: 'new', zone: 'eu-west-1c', fixed: true, zones: ZONES },
    };
    assert.match(hostRemedy([FULL], inC) ?? '', /availabilityZone eu-west-1a /);
  });

  it('for want of capacity has no other zone to offer where there is none', () => {
    const one: HintContext = {
      ...IN_B,
      place: { kind: 'new', zone: ZONES[0] ?? '', fixed: false, zones: ZONES.slice(0, 1) },
    };
    assert.match(hostRemedy([FULL], one) ?? '', /the only zone of eu-west-1/);
    const theirs: HintContext = {
      ...IN_B,
      place: { kind: 'existing', vpcId: 'vpc-1', subnetId: 'subnet-1' },
    };
    assert.match(hostRemedy([FULL], theirs) ?? '', /pulumi config set subnetId/);
  });

  it('because an orphan of a killed update has its interface says how that is ended', () => {
    const said = 'api error InvalidNetworkInterface.InUse: Interface: [eni-0123456789abcdef0] in use.';
    const remedy = hostRemedy([said], IN_B) ?? '';
    assert.match(
      remedy,
      /describe-network-interfaces --region eu-west-1 --network-interface-ids eni-0123456789abcdef0/,
    );
    assert.match(remedy, /terminate-instances --region eu-west-1/);
  });

  const reasons: readonly (readonly [what: string, said: string, expected: RegExp])[] = [
    [
      'a full security group',
      'api error RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached.',
      /^ecommerce-demo:operatorCidrs = \["192\.0\.2\.0\/24",.*fewer.*servicequotas.*Then pulumi up goes on/,
    ],
    [
      'an account without room for one more address',
      'api error AddressLimitExceeded: The maximum number of addresses has been reached.',
      /^AddressLimitExceeded: the account's quota has no room for one more in eu-west-1: .*servicequotas\)\. Then/,
    ],
    [
      'an account without room for one more network',
      'api error VpcLimitExceeded: The maximum number of VPCs has been reached.',
      /^VpcLimitExceeded: .*, or take a subnet that is there: pulumi config set subnetId ID\. Then/,
    ],
    [
      'an image that there is not',
      "api error InvalidAMIID.NotFound: The image id '[ami-0]' does not exist",
      /^The image of Ubuntu that Canonical names in eu-west-1 is not there/,
    ],
    [
      'a login that ended during the update',
      'api error RequestExpired: Request has expired.',
      /^The login to AWS ended.*aws sso login --profile demo\)\. Then pulumi up goes on/,
    ],
    [
      'a login that may not',
      'api error UnauthorizedOperation: You are not authorized to perform this operation.',
      /may not do that: docs\/deploy\.md has the policy/,
    ],
  ];
  for (const [what, said, expected] of reasons) {
    it(`by reason of ${what} has the remedy`, () => {
      const context = { ...IN_B, profile: 'demo', operatorCidrs: ['192.0.2.0/24', '198.51.100.0/24'] };
      assert.match(hostRemedy([said], context) ?? '', expected);
    });
  }

  it("for other reasons has AWS's own message", () => {
    assert.equal(hostRemedy(['api error InvalidParameterValue: x'], IN_B), null);
  });
});

describe('a host that SSH does not reach', () => {
  const context = { region: 'eu-west-1', operatorCidrs: ['192.0.2.7/32'] };

  it('is told with the three reasons, the key, and the command for each', () => {
    const said = 'after 20 failed attempts: dial tcp 203.0.113.9:22: i/o timeout';
    const remedy = sshRemedy([said], context, 'i-1') ?? '';
    for (const part of [
      /^Port 22 of the host 203\.0\.113\.9 does not answer this machine/,
      /pulumi config set hostAccess ssm && pulumi config rm operatorCidrs/,
      /ecommerce-demo:operatorCidrs = \["192\.0\.2\.7\/32"\]/,
      /get-console-output .*--region eu-west-1 --instance-id i-1/,
    ])
      assert.match(remedy, part);
  });

  it('is another matter than a script that fails there', () => {
    assert.equal(sshRemedy(['Process exited with status 1: cloud-init failed'], context, 'i-1'), null);
  });
});
