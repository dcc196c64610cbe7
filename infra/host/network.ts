import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HostArgs } from './host-args';
import { operatorIngress } from './ingress';

/** Where hosts are put. */
export interface HostNetwork {
  vpcId: pulumi.Output<string>;
  subnetId: pulumi.Output<string>;
  /** What must be there before a host reaches the internet. */
  route: pulumi.Resource[];
}

const VPC_CIDR = '10.60.0.0/16';
const SUBNET_CIDR = '10.60.0.0/24';

/** The given subnet, or a new VPC with one public subnet. */
export function createNetwork(name: string, args: HostArgs, opts: pulumi.CustomResourceOptions): HostNetwork {
  return args.subnetId === undefined
    ? createVpc(name, args, opts)
    : existingNetwork(args.subnetId, args, opts);
}

function existingNetwork(subnetId: string, args: HostArgs, opts: pulumi.CustomResourceOptions): HostNetwork {
  const vpcId = aws.ec2.getSubnetOutput({ id: subnetId }, opts).vpcId.apply((found) => {
    if (args.vpcId !== undefined && found !== args.vpcId) {
      throw new pulumi.RunError(
        `subnetId: "${subnetId}" is in the VPC ${found}, and vpcId says "${args.vpcId}": correct one, or remove vpcId`,
      );
    }
    return found;
  });
  return { vpcId, subnetId: pulumi.output(subnetId), route: [] };
}

function createVpc(name: string, args: HostArgs, opts: pulumi.CustomResourceOptions): HostNetwork {
  const tags = named(args, name);
  const vpc = new aws.ec2.Vpc(
    `${name}-vpc`,
    { cidrBlock: VPC_CIDR, enableDnsSupport: true, enableDnsHostnames: true, tags },
    opts,
  );
  // Every VPC is born with a group that lets its members talk: emptied, so that nothing lands in it by accident.
  new aws.ec2.DefaultSecurityGroup(
    `${name}-default-group`,
    { vpcId: vpc.id, ingress: [], egress: [], tags },
    opts,
  );
  const gateway = new aws.ec2.InternetGateway(`${name}-gateway`, { vpcId: vpc.id, tags }, opts);
  const subnet = new aws.ec2.Subnet(
    `${name}-subnet`,
    { vpcId: vpc.id, cidrBlock: SUBNET_CIDR, availabilityZone: zoneOffering(args, opts), tags },
    // The zone is chosen once: AWS offering the type in another one later moves nothing.
    { ...opts, ignoreChanges: ['availabilityZone'] },
  );
  const table = new aws.ec2.RouteTable(
    `${name}-routes`,
    { vpcId: vpc.id, routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }], tags },
    opts,
  );
  const association = new aws.ec2.RouteTableAssociation(
    `${name}-routes-of-subnet`,
    { subnetId: subnet.id, routeTableId: table.id },
    opts,
  );
  return { vpcId: vpc.id, subnetId: subnet.id, route: [gateway, association] };
}

/** A zone that has the instance type: not every zone has every type, and AWS picks one blindly. */
function zoneOffering(args: HostArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const { instanceType, region } = args;
  return aws.ec2
    .getInstanceTypeOfferingsOutput(
      { locationType: 'availability-zone', filters: [{ name: 'instance-type', values: [instanceType] }] },
      opts,
    )
    .locations.apply((zones) => {
      const zone = [...zones].sort()[0];
      if (zone === undefined) {
        throw new pulumi.RunError(
          `instanceType: "${instanceType}" is not offered in ${region}: ` +
            `\`aws ec2 describe-instance-type-offerings --region ${region} --query InstanceTypeOfferings[].InstanceType\` lists what is`,
        );
      }
      return zone;
    });
}

/** The hosts' security group: operators come in, hosts talk among themselves, everything may go out. */
export function createSecurityGroup(
  name: string,
  args: HostArgs,
  network: HostNetwork,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const tags = named(args, name);
  const group = new aws.ec2.SecurityGroup(
    `${name}-group`,
    { vpcId: network.vpcId, description: 'Hosts of ecommerce-demo: open to its operators only', tags },
    opts,
  );
  const securityGroupId = group.id;
  for (const rule of operatorIngress(args.operatorCidrs, args.nodePorts)) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${rule.name}`,
      {
        securityGroupId,
        description: rule.description,
        ipProtocol: 'tcp',
        fromPort: rule.port,
        toPort: rule.port,
        ...(rule.family === 4 ? { cidrIpv4: rule.cidr } : { cidrIpv6: rule.cidr }),
        tags,
      },
      opts,
    );
  }
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-from-hosts`,
    {
      securityGroupId,
      referencedSecurityGroupId: group.id,
      ipProtocol: '-1',
      description: 'Overlay network, kubelets and API among the hosts',
      tags,
    },
    opts,
  );
  // Out is open: images, packages, AWS's APIs and any telemetry back end have no addresses that could be listed.
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-out`,
    {
      securityGroupId,
      cidrIpv4: '0.0.0.0/0',
      ipProtocol: '-1',
      description: 'Images, packages, AWS and telemetry',
      tags,
    },
    opts,
  );
  return group;
}

/** The program's tags and a name for AWS's console. */
export function named(args: Pick<HostArgs, 'tags'>, name: string): Record<string, string> {
  return { Name: name, ...args.tags };
}
