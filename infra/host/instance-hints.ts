import * as pulumi from '@pulumi/pulumi';
import type { Place } from './place';

/** What a remedy has to know of the host that could not be made. */
export interface HintContext {
  region: string;
  instanceType: string;
  place: Place;
}

/**
 * What to do about an error of making or changing an EC2 host; null where AWS's own message is enough.
 *
 * @param errors what AWS said
 */
export function instanceRemedy(errors: readonly string[], context: HintContext): string | null {
  const said = errors.join('\n');
  const { region, instanceType, place } = context;
  if (/InsufficientInstanceCapacity|Unsupported: .*Availability Zone/.test(said)) return noCapacity(context);
  const [, networkInterface] = /InvalidNetworkInterface\.InUse[^]*?(eni-[0-9a-f]+)/.exec(said) ?? [];
  if (networkInterface !== undefined) return orphan(networkInterface, region);
  if (/VcpuLimitExceeded|MaxSpotInstanceCountExceeded/.test(said)) {
    return (
      `The account's quota of vCPUs has no room for one more ${instanceType} in ${region}: ask for more ` +
      '(https://console.aws.amazon.com/servicequotas, EC2, "Running On-Demand" or "All … Spot Instance Requests"), ' +
      'or take a smaller one: pulumi config set instanceType TYPE'
    );
  }
  if (said.includes('InvalidSubnetID.NotFound') && place.kind === 'existing')
    return `ecommerce-demo:subnetId = "${place.subnetId}" is gone: choose another one, with its vpcId`;
  if (said.includes('iam:PassRole'))
    return 'The login may not hand the host its role: docs/deploy.md has the policy it needs (iam:PassRole)';
  return null;
}

/** The zone is out of that type: the next one, by name. */
function noCapacity({ instanceType, place, region }: HintContext): string {
  if (place.kind === 'existing') {
    return (
      `AWS has no ${instanceType} left in the zone of ${place.subnetId}: choose a subnet of another zone ` +
      '(pulumi config set subnetId ID), another instanceType, or try later'
    );
  }
  const { zone, zones } = place;
  const next = zones[(zones.indexOf(zone) + 1) % zones.length];
  if (next === undefined || next === zone)
    return `AWS has no ${instanceType} left in ${zone}, the only zone of ${region} that has the type: choose another instanceType, or try later`;
  return (
    `AWS has no ${instanceType} left in ${zone}. The next zone that has the type: ` +
    `pulumi config set availabilityZone ${next} && pulumi up`
  );
}

/** An update was killed between AWS's answer and the state: the instance runs, and nothing knows it. */
function orphan(networkInterface: string, region: string): string {
  const find =
    `aws ec2 describe-network-interfaces --region ${region} --network-interface-ids ${networkInterface} ` +
    "--query 'NetworkInterfaces[0].Attachment.InstanceId' --output text";
  return (
    `An instance that this stack does not know has its network interface ${networkInterface}: an update was killed just ` +
    'when it was made. End it, and go on:\n' +
    `  ID=$(${find})\n` +
    `  aws ec2 terminate-instances --region ${region} --instance-ids $ID\n` +
    `  aws ec2 wait instance-terminated --region ${region} --instance-ids $ID\n` +
    '  pulumi up'
  );
}

/** Tells the remedy where making or changing a host failed: AWS's message names neither the key nor the way out. */
export function instanceHint(name: string, context: HintContext): pulumi.ErrorHook {
  return new pulumi.ErrorHook(`${name}-instance-hint`, ({ errors }) => {
    const remedy = instanceRemedy(errors, context);
    if (remedy !== null) void pulumi.log.error(remedy);
    return false;
  });
}
