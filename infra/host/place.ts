import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { messageOf } from '../../machine/errors';
import { ubuntuImageParameter, type Platform } from './platform';

/** Where in the region hosts are put: found out before anything is made, so that what cannot be is said in time. */
export type Place =
  | { kind: 'existing'; vpcId: string; subnetId: string }
  | {
      kind: 'new';
      /** Zone of the subnet that is made. */
      zone: string;
      /** Whether config names the zone; else it is chosen once, and kept. */
      fixed: boolean;
      /** All zones that have the instance type, sorted. */
      zones: readonly string[];
    };

/** What of the config says where hosts are put. */
export interface PlaceKeys {
  region: string;
  instanceType: string;
  availabilityZone?: string;
  vpcId?: string;
  subnetId?: string;
  /** Zone of the subnet that an update before this one made: hosts stay there unless config says otherwise. */
  zoneBefore?: string;
}

/**
 * Finds the place that the config names, or a zone that has the instance type: not every zone has every type, and AWS
 * picks one blindly. A host whose type is changed to one that its zone lacks would be stopped, and stay it.
 *
 * @throws pulumi.RunError naming the key, when there is no such place
 */
export async function findPlace(keys: PlaceKeys, opts: pulumi.InvokeOptions): Promise<Place> {
  return keys.subnetId === undefined ? newPlace(keys, opts) : existingPlace(keys.subnetId, keys, opts);
}

async function existingPlace(subnetId: string, keys: PlaceKeys, opts: pulumi.InvokeOptions): Promise<Place> {
  const { vpcId, region, instanceType } = keys;
  const subnet = await aws.ec2.getSubnet({ id: subnetId }, opts).catch((error: unknown) => {
    throw new pulumi.RunError(
      `ecommerce-demo:subnetId = "${subnetId}": AWS does not show it in ${region}: ${reasonOf(error)}. ` +
        `aws ec2 describe-subnets --region ${region} lists what there is. Nothing was touched.`,
    );
  });
  if (vpcId !== undefined && subnet.vpcId !== vpcId) {
    throw new pulumi.RunError(
      `ecommerce-demo:subnetId: "${subnetId}" is in the VPC ${subnet.vpcId}, and vpcId says "${vpcId}": correct one, or remove vpcId. ` +
        'Nothing was touched.',
    );
  }
  const zones = await zonesWith(keys, opts);
  if (!zones.includes(subnet.availabilityZone)) {
    throw new pulumi.RunError(
      `ecommerce-demo:instanceType = "${instanceType}": "${subnetId}" is in ${subnet.availabilityZone}, and the type is offered in ` +
        `${zones.join(', ')} only: another instanceType, or a subnet there. Nothing was touched.`,
    );
  }
  return { kind: 'existing', vpcId: subnet.vpcId, subnetId };
}

async function newPlace(keys: PlaceKeys, opts: pulumi.InvokeOptions): Promise<Place> {
  const { instanceType, availabilityZone, zoneBefore } = keys;
  const zones = await zonesWith(keys, opts);
  if (availabilityZone !== undefined && !zones.includes(availabilityZone)) {
    throw new pulumi.RunError(
      `ecommerce-demo:availabilityZone = "${availabilityZone}": "${instanceType}" is offered in ${zones.join(', ')} only. ` +
        'Nothing was touched.',
    );
  }
  const zone = availabilityZone ?? zoneBefore ?? zones[0] ?? '';
  if (!zones.includes(zone)) {
    throw new pulumi.RunError(
      `ecommerce-demo:instanceType = "${instanceType}": the hosts are in ${zone}, and the type is offered in ${zones.join(', ')} only: ` +
        `another instanceType, or new hosts: pulumi config set availabilityZone ${zones[0] ?? 'ZONE'}. Nothing was touched.`,
    );
  }
  return { kind: 'new', zone, fixed: availabilityZone !== undefined, zones };
}

/**
 * The zones of the region that have the instance type, sorted.
 *
 * @throws pulumi.RunError where there is none, or AWS does not say
 */
async function zonesWith({ region, instanceType }: PlaceKeys, opts: pulumi.InvokeOptions): Promise<string[]> {
  const { locations } = await aws.ec2
    .getInstanceTypeOfferings(
      { locationType: 'availability-zone', filters: [{ name: 'instance-type', values: [instanceType] }] },
      opts,
    )
    .catch((error: unknown) => {
      throw new pulumi.RunError(
        `AWS does not say where in ${region} there is "${instanceType}": ${reasonOf(error)}. ` +
          'The login needs ec2:DescribeInstanceTypeOfferings (docs/deploy.md has its policy). Nothing was touched.',
      );
    });
  if (locations.length === 0) {
    throw new pulumi.RunError(
      `ecommerce-demo:instanceType = "${instanceType}": is not offered in ${region}: ` +
        `\`aws ec2 describe-instance-type-offerings --region ${region} --query InstanceTypeOfferings[].InstanceType\` lists what is. ` +
        'Nothing was touched.',
    );
  }
  return [...locations].sort();
}

/**
 * The newest Ubuntu 24.04 of the region for a platform: its image's id.
 *
 * @throws pulumi.RunError where AWS does not say
 */
export async function findImage(
  platform: Platform,
  region: string,
  opts: pulumi.InvokeOptions,
): Promise<string> {
  const name = ubuntuImageParameter(platform);
  // The same text as `value`, which the provider takes for a secret: a public image's id is none.
  const { insecureValue } = await aws.ssm.getParameter({ name }, opts).catch((error: unknown) => {
    throw new pulumi.RunError(
      `AWS does not say which image of Ubuntu there is in ${region} (${name}): ${reasonOf(error)}. ` +
        'The login needs ssm:GetParameter (docs/deploy.md has its policy). Nothing was touched.',
    );
  });
  return insecureValue;
}

/** AWS's own words, without the path they came by, nor a full stop. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  // Of several errors the first one: the others are what it leads to. In it, what the first to speak said.
  const first = /^\s*\* (.+)$/m.exec(message)?.[1] ?? message;
  const own = /^[^]*(?:api error|caused by:) ?(.+)/.exec(first)?.[1] ?? first.split('\n')[0] ?? first;
  return own.trim().replace(/\.$/, '');
}
