import * as pulumi from '@pulumi/pulumi';
import type { HostState } from '../infra/host/host-args';
import { LOGIN_RENEWAL_DAYS } from '../infra/host/kubeconfig-script';
import type { PastHost } from './past-host';

/** Of a server that replaces none, and of a kubeconfig that does not. */
const FIRST = 'first';

/** What the config says, as far as the past has a say in it. */
export interface WantedHost {
  hostState: HostState;
  /** See `releaseOf`. */
  release: string;
  instanceType: string;
  /** GiB. */
  volumeSize: number;
  agents: number;
  /** Zone that the config names; else the hosts stay where they are. */
  availabilityZone?: string;
  /** Subnet that the config names; else the program makes one. */
  subnetId?: string;
  spot: boolean;
}

/** What an update does to the hosts. */
export interface HostPlan {
  /** Whether the server that is there stays. */
  keepsServer: boolean;
  /** Another one makes another server, see HostArgs. */
  generation: string;
  /** Another one fetches the kubeconfig anew, see HostArgs. */
  renewal: string;
  /** What the server is made of when the update is through. */
  release: string;
  instanceType: string;
  volumeSize: number;
  agents: number;
  spot: boolean;
  /** What the operator should know before anything is made. */
  warnings: readonly string[];
}

/** What takes the data along. */
const keepData = () =>
  `To keep the orders, instead of pulumi up: npm run replace-host -- --stack ${pulumi.getStack()} (a backup, the same update, a restore)`;

/** What brings a backup back. */
const restoreCommand = () => `npm run restore -- --target stack --stack ${pulumi.getStack()} FILE`;

/**
 * What an update does to the hosts, of what the config wants, what the last whole update left, and what AWS has now.
 *
 * @param situation.past null before the first update that went through
 * @param situation.now what AWS says of the past's server
 * @param situation.today by which a login is about to end
 * @throws pulumi.RunError for what cannot be done to what is there
 */
export function planHost({
  wanted,
  past,
  now,
  today = new Date(),
}: {
  wanted: WantedHost;
  past: PastHost | null;
  now: 'running' | 'stopped' | 'gone';
  today?: Date;
}): HostPlan {
  const parking = wanted.hostState === 'stopped';
  if (past === null) {
    if (parking) {
      throw new pulumi.RunError(
        'ecommerce-demo:hostState = "stopped": there is no host yet that could be parked. ' +
          'pulumi config rm hostState && pulumi up makes it. Nothing was touched.',
      );
    }
    return { ...wanted, keepsServer: false, generation: FIRST, renewal: FIRST, warnings: [] };
  }
  if (now === 'gone') return replaceLost(wanted, past);
  if (wanted.volumeSize < past.volumeSize) {
    throw new pulumi.RunError(
      `ecommerce-demo:volumeSize = ${String(wanted.volumeSize)}: the volume has ${String(past.volumeSize)} GiB, and EBS volumes do not shrink: ` +
        `pulumi config set volumeSize ${String(past.volumeSize)}. Nothing was touched.`,
    );
  }
  // What changes a host that is stopped starts it, or makes it anew: it waits for the update that starts it.
  if (parking) return { ...past, keepsServer: true, warnings: waiting(wanted, past) };
  const anew = madeAnew(wanted, past);
  // Another host needs nothing of this one.
  if (past.hostState === 'running' && now === 'stopped' && anew.length === 0)
    throw new pulumi.RunError(stoppedBySomeone(past));
  return {
    ...wanted,
    keepsServer: anew.length === 0,
    generation: past.generation,
    renewal: renewalOf(past, today),
    warnings: [
      ...(anew.length === 0
        ? []
        : [
            `This update makes a new host (${anew.join(', ')}): the database is empty then, and the catalog is seeded anew. ${keepData()}.`,
          ]),
    ],
  };
}

/**
 * Refuses to look for the stack's host where it is not: it would be taken for lost, and all of it made once more there.
 *
 * @param found where this update works
 * @throws pulumi.RunError with the way back
 */
export function requireSamePlace(
  past: Pick<PastHost, 'instanceId' | 'account' | 'region'>,
  found: { account: string; region: string; source: string },
): void {
  if (past.account !== found.account) {
    throw new pulumi.RunError(
      `This stack's host ${past.instanceId} is in the AWS account ${past.account}, and the login is one of ${found.account}: choose that ` +
        `account's profile, pulumi config set aws:profile NAME or AWS_PROFILE. Another account is another stack: pulumi stack init NAME. Nothing was touched.`,
    );
  }
  if (past.region !== found.region) {
    throw new pulumi.RunError(
      `${found.source} = "${found.region}": this stack's host ${past.instanceId} is in ${past.region}, and a stack cannot move: ` +
        `pulumi config set region ${past.region}, or npm run backup and pulumi destroy first. Nothing was touched.`,
    );
  }
}

/** What to do about a host that does not run, though the stack wants it to. */
function stoppedBySomeone({ instanceId, region, spot }: PastHost): string {
  // AWS refuses to start a spot host that it stopped itself.
  const remedy = spot
    ? 'AWS takes spot capacity back at times, and starts the host by itself when it has some again, with its data: pulumi up then. ' +
      'Not to wait: pulumi config set spot false && pulumi up makes another host, with an empty database'
    : `aws ec2 start-instances --region ${region} --instance-ids ${instanceId}, then pulumi up again`;
  return `The host ${instanceId} is stopped, not by this stack, so nothing on it can be reached: ${remedy}. Nothing was touched.`;
}

/** The past's, until its login has only the last days left. */
function renewalOf({ renewal, loginEnds }: PastHost, today: Date): string {
  if (loginEnds === null) return renewal;
  const daysLeft = (loginEnds.getTime() - today.getTime()) / 86_400_000;
  return daysLeft < LOGIN_RENEWAL_DAYS ? `of the login until ${loginEnds.toISOString()}` : renewal;
}

/** The server was terminated behind the stack's back. */
function replaceLost(wanted: WantedHost, past: PastHost): HostPlan {
  if (wanted.hostState === 'stopped') {
    throw new pulumi.RunError(
      `ecommerce-demo:hostState = "stopped": the host ${past.instanceId} is gone (terminated, not by this stack), so there is ` +
        'nothing to park. A new one: pulumi config set hostState running && pulumi up. Or: pulumi destroy. Nothing was touched.',
    );
  }
  return {
    ...wanted,
    keepsServer: false,
    // The same until an update has gone through, so that one that failed half-way goes on with what it made.
    generation: `after ${past.instanceId}`,
    renewal: past.renewal,
    warnings: [
      `The host ${past.instanceId} is gone (terminated, not by this stack), and its data with it: this update makes a new one. ` +
        `A backup is brought back afterwards by ${restoreCommand()}.`,
    ],
  };
}

/** What of the config another host only can have. */
function madeAnew(wanted: WantedHost, past: PastHost): string[] {
  const parts: readonly (readonly [string, string])[] = [
    [past.release, wanted.release],
    [past.zone, wanted.availabilityZone ?? past.zone],
    [past.subnetId ?? 'a subnet of its own', wanted.subnetId ?? 'a subnet of its own'],
    [capacityOf(past.spot), capacityOf(wanted.spot)],
  ];
  return parts.flatMap(([from, to]) => (from === to ? [] : [`${from} → ${to}`]));
}

function capacityOf(spot: boolean): string {
  return spot ? 'spot' : 'on demand';
}

/**
 * What waits for the update that starts parked hosts.
 *
 * @throws pulumi.RunError for another place: its network would be made now, and the host with it
 */
function waiting(wanted: WantedHost, past: PastHost): string[] {
  const moved = madeAnew({ ...wanted, release: past.release, spot: past.spot }, past);
  if (moved.length > 0) {
    throw new pulumi.RunError(
      `ecommerce-demo:${(wanted.subnetId ?? null) === past.subnetId ? 'availabilityZone' : 'subnetId'}: parked hosts cannot be moved (${moved.join(', ')} makes new ones): ` +
        'pulumi config set hostState running in the same update, or take it back. Nothing was touched.',
    );
  }
  const changed = (['release', 'instanceType', 'volumeSize', 'agents', 'spot'] as const).filter(
    (key) => wanted[key] !== past[key],
  );
  if (changed.length === 0) return [];
  const names = changed.map((key) => (key === 'release' ? 'k3sVersion or processor' : key));
  return [`The hosts are parked: ${names.join(', ')} is changed by the update that starts them.`];
}
