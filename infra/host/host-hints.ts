import type * as pulumi from '@pulumi/pulumi';
import { hint } from '../cluster/hint';
import type { Place } from './place';

/** What a remedy has to know of the hosts. */
export interface HintContext {
  region: string;
  /** The AWS profile that the stack's config names. */
  profile?: string;
  instanceType: string;
  place: Place;
  operatorCidrs?: readonly string[];
}

/**
 * What to do about an error of making or changing a host or what belongs to it; null where AWS's own message is enough.
 *
 * @param errors what AWS said
 */
export function hostRemedy(errors: readonly string[], context: HintContext): string | null {
  const said = errors.join('\n');
  const { region, instanceType, place, operatorCidrs = [] } = context;
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
  if (said.includes('RulesPerSecurityGroupLimitExceeded')) {
    return (
      `ecommerce-demo:operatorCidrs = ${JSON.stringify(operatorCidrs)}: each block takes a rule for each port, and the account's security groups carry ` +
      `fewer: name fewer and wider ones, or ask for more ${QUOTAS}, VPC, "Inbound or outbound rules per security group"). ${GOES_ON}`
    );
  }
  const [limit] = /\w+LimitExceeded/.exec(said) ?? [];
  if (limit !== undefined) {
    const ofNetwork = place.kind === 'new' && /Vpc|Gateway/.test(limit);
    return (
      `${limit}: the account's quota has no room for one more in ${region}: delete what nobody needs, or ask for more ${QUOTAS})` +
      `${ofNetwork ? ', or take a subnet that is there: pulumi config set subnetId ID' : ''}. ${GOES_ON}`
    );
  }
  if (said.includes('InvalidAMIID'))
    return `The image of Ubuntu that Canonical names in ${region} is not there: pulumi up asks for the newest again; or the program's \`transform\` names another one`;
  if (/\b(?:ExpiredToken|RequestExpired|AuthFailure|InvalidClientTokenId|UnrecognizedClient)/.test(said))
    return `The login to AWS ended during the update. Log in again (${loginCommand(context.profile)}). ${GOES_ON}`;
  if (said.includes('iam:PassRole'))
    return 'The login may not hand the host its role: docs/deploy.md has the policy it needs (iam:PassRole)';
  if (/\b(?:UnauthorizedOperation|AccessDenied)/.test(said))
    return `The login may not do that: docs/deploy.md has the policy it needs. ${GOES_ON}`;
  return null;
}

const QUOTAS = '(https://console.aws.amazon.com/servicequotas';
const GOES_ON = 'Then pulumi up goes on where it stopped';

/** What logs in to AWS by single sign-on. */
export function loginCommand(profile: string | undefined): string {
  return `aws sso login${profile === undefined ? '' : ` --profile ${profile}`}`;
}

/**
 * What to do where the host does not answer by SSH; null for any other error, such as one of the script.
 *
 * @param errors what the connection said
 * @param instanceId of the host, for its log
 */
export function sshRemedy(
  errors: readonly string[],
  { region, operatorCidrs = [] }: Pick<HintContext, 'region' | 'operatorCidrs'>,
  instanceId: string,
): string | null {
  const [, address, port] = /dial tcp (\S+):(\d+):/.exec(errors.join('\n')) ?? [];
  if (address === undefined || port === undefined) return null;
  return (
    `Port ${port} of the host ${address} does not answer this machine. Where nc -vz ${address} ${port} says so too: either this network does not let ` +
    `port ${port} out (pulumi config set hostAccess ssm && pulumi config rm operatorCidrs needs no port), or the host sees another address of this ` +
    `machine than ecommerce-demo:operatorCidrs = ${JSON.stringify(operatorCidrs)}, or it does not start: aws ec2 get-console-output --latest --output text ` +
    `--region ${region} --instance-id ${instanceId}. ${GOES_ON}`
  );
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

/** Tells the remedy where making or changing something of the hosts failed, or SSH did. */
export function hostHint(name: string, context: HintContext): pulumi.ErrorHook {
  return hint(name, ({ errors, newInputs }) => {
    const [instanceId] = (newInputs?.triggers ?? []) as unknown[];
    return hostRemedy(errors, context) ?? sshRemedy(errors, context, String(instanceId));
  });
}
