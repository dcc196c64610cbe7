import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instanceRemedy, type HintContext } from './instance-hints';

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
      instanceRemedy([FULL], IN_B) ?? '',
      /pulumi config set availabilityZone eu-west-1c && pulumi up/,
    );
    const inC: HintContext = {
      ...IN_B,
      place: { kind: 'new', zone: 'eu-west-1c', fixed: true, zones: ZONES },
    };
    assert.match(instanceRemedy([FULL], inC) ?? '', /availabilityZone eu-west-1a /);
  });

  it('for want of capacity has no other zone to offer where there is none', () => {
    const one: HintContext = {
      ...IN_B,
      place: { kind: 'new', zone: ZONES[0] ?? '', fixed: false, zones: ZONES.slice(0, 1) },
    };
    assert.match(instanceRemedy([FULL], one) ?? '', /the only zone of eu-west-1/);
    const theirs: HintContext = {
      ...IN_B,
      place: { kind: 'existing', vpcId: 'vpc-1', subnetId: 'subnet-1' },
    };
    assert.match(instanceRemedy([FULL], theirs) ?? '', /pulumi config set subnetId/);
  });

  it('because an orphan of a killed update has its interface says how that is ended', () => {
    const said = 'api error InvalidNetworkInterface.InUse: Interface: [eni-0123456789abcdef0] in use.';
    const remedy = instanceRemedy([said], IN_B) ?? '';
    assert.match(
      remedy,
      /describe-network-interfaces --region eu-west-1 --network-interface-ids eni-0123456789abcdef0/,
    );
    assert.match(remedy, /terminate-instances --region eu-west-1/);
  });

  it("for other reasons has AWS's own message", () => {
    assert.equal(instanceRemedy(['api error InvalidAMIID.NotFound'], IN_B), null);
  });
});
