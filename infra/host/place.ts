import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

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
}

/**
 * Finds the place that the config names, or a zone that has the instance type: not every zone has every type, and AWS
 * picks one blindly.
 *
 * @throws pulumi.RunError naming the key, when there is no such place
 */
export async function findPlace(keys: PlaceKeys, opts: pulumi.InvokeOptions): Promise<Place> {
  return keys.subnetId === undefined ? newPlace(keys, opts) : existingPlace(keys.subnetId, keys, opts);
}

async function existingPlace(
  subnetId: string,
  { vpcId, region }: PlaceKeys,
  opts: pulumi.InvokeOptions,
): Promise<Place> {
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
  return { kind: 'existing', vpcId: subnet.vpcId, subnetId };
}

async function newPlace(
  { region, instanceType, availabilityZone }: PlaceKeys,
  opts: pulumi.InvokeOptions,
): Promise<Place> {
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
  const zones = [...locations].sort();
  const [first] = zones;
  if (first === undefined) {
    throw new pulumi.RunError(
      `ecommerce-demo:instanceType: "${instanceType}" is not offered in ${region}: ` +
        `\`aws ec2 describe-instance-type-offerings --region ${region} --query InstanceTypeOfferings[].InstanceType\` lists what is. ` +
        'Nothing was touched.',
    );
  }
  if (availabilityZone !== undefined && !zones.includes(availabilityZone)) {
    throw new pulumi.RunError(
      `ecommerce-demo:availabilityZone = "${availabilityZone}": "${instanceType}" is offered in ${zones.join(', ')} only. ` +
        'Nothing was touched.',
    );
  }
  return {
    kind: 'new',
    zone: availabilityZone ?? first,
    fixed: availabilityZone !== undefined,
    zones,
  };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // AWS's own words, without the path they came by.
  const lines = message.split('\n').map((line) => line.trim());
  return /(?:api error|caused by:|\* ) ?(.+)/.exec(message)?.[1] ?? lines[0] ?? message;
}
