import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { planHost, type WantedHost } from './host-plan';
import type { PastHost } from './past-host';

const WANTED: WantedHost = {
  hostState: 'running',
  release: 'v1.34.1+k3s1 arm64 a',
  instanceType: 't4g.xlarge',
  volumeSize: 40,
  agents: 0,
  spot: false,
};
const TODAY = new Date('2026-11-26T12:00:00Z');
const PAST: PastHost = {
  ...WANTED,
  instanceId: 'i-1',
  account: '123456789012',
  region: 'eu-west-1',
  generation: 'first',
  renewal: 'first',
  zone: 'eu-west-1a',
  subnetId: null,
  apiServer: 'https://203.0.113.10:6443',
  loginEnds: new Date('2126-11-26T12:00:00Z'),
};

/** The message of the RunError. */
function refusal(situation: Parameters<typeof planHost>[0]): string {
  try {
    planHost(situation);
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    return error.message;
  }
  assert.fail('it was planned');
}

describe('the plan of an update for its hosts', () => {
  it('is what config wants, where nothing is yet or nothing is wrong', () => {
    assert.deepEqual(planHost({ wanted: WANTED, past: null, now: 'gone' }).warnings, []);
    const { generation, warnings, agents, keepsServer } = planHost({
      wanted: { ...WANTED, agents: 1 },
      past: PAST,
      now: 'running',
    });
    assert.deepEqual([generation, warnings, agents, keepsServer], ['first', [], 1, true]);
  });

  it('says what a new host costs, before anything is made', () => {
    const { warnings } = planHost({
      wanted: { ...WANTED, release: 'v1.35.0+k3s1 arm64 b' },
      past: PAST,
      now: 'running',
    });
    assert.match(
      warnings.join(),
      /new host \(v1\.34\.1\+k3s1 arm64 a → v1\.35\.0\+k3s1 arm64 b\): the database is empty.*npm run replace-host -- --stack \S+ \(a backup/,
    );
    const moved = (wanted: Partial<WantedHost>, past: Partial<PastHost> = {}) =>
      planHost({
        wanted: { ...WANTED, ...wanted },
        past: { ...PAST, ...past },
        now: 'running',
      }).warnings.join();
    assert.match(moved({ availabilityZone: 'eu-west-1b' }), /new host \(eu-west-1a → eu-west-1b\)/);
    assert.match(moved({ subnetId: 'subnet-1' }), /new host \(a subnet of its own → subnet-1\)/);
    assert.match(moved({}, { subnetId: 'subnet-1' }), /new host \(subnet-1 → a subnet of its own\)/);
    assert.match(moved({ spot: true }), /new host \(on demand → spot\)/);
    assert.equal(moved({ availabilityZone: 'eu-west-1a', instanceType: 't4g.2xlarge' }), '');
  });

  it('replaces a host that is gone, once', () => {
    const plan = planHost({ wanted: WANTED, past: PAST, now: 'gone' });
    assert.equal(plan.generation, 'after i-1');
    assert.match(
      plan.warnings.join(),
      /The host i-1 is gone .*its data with it: this update makes a new one/,
    );
    // The update failed half-way: outputs are still the old ones, and what it made is not made again.
    assert.equal(planHost({ wanted: WANTED, past: PAST, now: 'gone' }).generation, 'after i-1');
    // It went through.
    const past = { ...PAST, instanceId: 'i-2', generation: plan.generation };
    const after = planHost({ wanted: WANTED, past, now: 'running' });
    assert.deepEqual([after.generation, after.warnings], ['after i-1', []]);
  });

  it('parks what is there only', () => {
    const stopped = { ...WANTED, hostState: 'stopped' as const };
    assert.match(
      refusal({ wanted: stopped, past: null, now: 'gone' }),
      /hostState = "stopped": there is no host yet/,
    );
    assert.match(
      refusal({ wanted: stopped, past: PAST, now: 'gone' }),
      /the host i-1 is gone .*nothing to park/,
    );
    assert.deepEqual(planHost({ wanted: stopped, past: PAST, now: 'running' }).warnings, []);
  });

  it('leaves parked hosts as they are, and tells what waits', () => {
    const wanted = {
      ...WANTED,
      hostState: 'stopped' as const,
      release: 'other',
      instanceType: 'm7g.large',
      volumeSize: 60,
      agents: 2,
      spot: true,
    };
    const plan = planHost({ wanted, past: { ...PAST, hostState: 'stopped' }, now: 'stopped' });
    assert.deepEqual([plan.release, plan.volumeSize, plan.agents], [PAST.release, 40, 0]);
    assert.match(
      plan.warnings.join(),
      /parked: k3sVersion or processor, instanceType, volumeSize, agents, spot is changed by the update/,
    );
  });

  it('moves no parked hosts: another network would be made at once, and new hosts in it', () => {
    const stopped = { ...WANTED, hostState: 'stopped' as const };
    const past = { ...PAST, hostState: 'stopped' as const };
    assert.match(
      refusal({ wanted: { ...stopped, availabilityZone: 'eu-west-1b' }, past, now: 'stopped' }),
      /availabilityZone: parked hosts cannot be moved \(eu-west-1a → eu-west-1b makes new ones\)/,
    );
    assert.match(
      refusal({ wanted: { ...stopped, subnetId: 'subnet-1' }, past, now: 'stopped' }),
      /subnetId: parked hosts cannot be moved/,
    );
  });

  it('refuses a volume that shrinks', () => {
    assert.match(
      refusal({ wanted: { ...WANTED, volumeSize: 30 }, past: PAST, now: 'running' }),
      /volumeSize = 30: the volume has 40 GiB/,
    );
  });

  it('notices a host that somebody stopped', () => {
    assert.match(
      refusal({ wanted: WANTED, past: PAST, now: 'stopped' }),
      /aws ec2 start-instances --region eu-west-1 --instance-ids i-1/,
    );
    const parked = { ...PAST, hostState: 'stopped' as const };
    assert.deepEqual(planHost({ wanted: WANTED, past: parked, now: 'stopped' }).warnings, []);
    const parking = { ...WANTED, hostState: 'stopped' as const };
    assert.deepEqual(planHost({ wanted: parking, past: PAST, now: 'stopped' }).warnings, []);
  });

  it('waits for a spot host that AWS took away, or makes another one without it', () => {
    const past = { ...PAST, spot: true };
    const waits = refusal({ wanted: { ...WANTED, spot: true }, past, now: 'stopped' });
    assert.match(
      waits,
      /The host i-1 is stopped.*AWS takes spot capacity back.*pulumi config set spot false/,
    );
    assert.doesNotMatch(waits, /start-instances/, 'which AWS would refuse');
    const { warnings, keepsServer } = planHost({ wanted: WANTED, past, now: 'stopped' });
    assert.equal(keepsServer, false);
    assert.match(warnings.join(), /makes a new host \(spot → on demand\): the database is empty/);
  });

  it('fetches a kubeconfig anew whose login ends soon, once, and never from parked hosts', () => {
    const renewal = (past: PastHost, hostState: WantedHost['hostState'] = 'running') =>
      planHost({ wanted: { ...WANTED, hostState }, past, now: 'running', today: TODAY }).renewal;
    const ends = (day: string, rest: Partial<PastHost> = {}) => ({
      ...PAST,
      ...rest,
      loginEnds: new Date(`${day}T12:00:00Z`),
    });
    assert.equal(renewal(ends('2027-01-26')), 'first');
    const renewed = renewal(ends('2027-01-24'));
    assert.equal(renewed, 'of the login until 2027-01-24T12:00:00.000Z');
    assert.equal(renewal(ends('2027-01-24')), renewed, 'an update that failed half-way goes on');
    assert.equal(renewal(ends('2027-11-20', { renewal: renewed })), renewed, 'the new one stays');
    assert.equal(renewal(ends('2026-01-01'), 'stopped'), 'first');
  });
});
