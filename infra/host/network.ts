import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HostArgs } from './host-args';
import { operatorIngress } from './ingress';
import type { Place } from './place';

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
  const { place } = args;
  return place.kind === 'new'
    ? createVpc(name, args, place, opts)
    : { vpcId: pulumi.output(place.vpcId), subnetId: pulumi.output(place.subnetId), route: [] };
}

function createVpc(
  name: string,
  args: HostArgs,
  place: Extract<Place, { kind: 'new' }>,
  opts: pulumi.CustomResourceOptions,
): HostNetwork {
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
    { vpcId: vpc.id, cidrBlock: SUBNET_CIDR, availabilityZone: place.zone, tags },
    {
      ...opts,
      // Unless config names the zone it is chosen once: AWS offering the type in another one later moves nothing.
      ignoreChanges: place.fixed ? [] : ['availabilityZone'],
      // A subnet in another zone has the same addresses.
      deleteBeforeReplace: true,
    },
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

/** The hosts' security group with its rules, which are resources of their own: what needs one waits for it. */
export interface HostGroup {
  group: aws.ec2.SecurityGroup;
  /** What operators, and so this program, come in by. */
  operators: pulumi.Resource[];
  /** What a booting host needs: the way out, and the one to the other hosts. */
  hosts: pulumi.Resource[];
}

/** Operators come in, hosts talk among themselves, everything may go out. */
export function createSecurityGroup(
  name: string,
  args: HostArgs,
  network: HostNetwork,
  opts: pulumi.CustomResourceOptions,
): HostGroup {
  const tags = named(args, name);
  const group = new aws.ec2.SecurityGroup(
    `${args.prefix}-group`,
    { vpcId: network.vpcId, description: 'Hosts of ecommerce-demo: open to its operators only', tags },
    opts,
  );
  const securityGroupId = group.id;
  const operators = operatorIngress(args.operatorCidrs ?? [], args.nodePorts).map(
    (rule) =>
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
      ),
  );
  const among = new aws.vpc.SecurityGroupIngressRule(
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
  const out = new aws.vpc.SecurityGroupEgressRule(
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
  return { group, operators, hosts: [among, out] };
}

/** The program's tags, and a name for AWS's console that says whose it is. */
export function named(args: Pick<HostArgs, 'tags' | 'prefix'>, name: string): Record<string, string> {
  return { Name: `${args.prefix}-${name}`, ...args.tags };
}
