import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HostArgs } from './host-args';
import { named } from './network';

/** What the hosts may do in AWS: be managed by Systems Manager, and read images. */
const MANAGED_POLICIES = ['AmazonSSMManagedInstanceCore', 'AmazonEC2ContainerRegistryReadOnly'] as const;

/** The instance profile of all hosts, and what must be there before they use it. */
export interface HostIdentity {
  /** Name of the profile. */
  profile: pulumi.Output<string>;
  before: pulumi.Resource[];
}

/** The given instance profile, or one with a role of its own. */
export function createIdentity(
  name: string,
  args: HostArgs,
  opts: pulumi.CustomResourceOptions,
): HostIdentity {
  if (args.instanceProfile !== undefined) return { profile: pulumi.output(args.instanceProfile), before: [] };
  const tags = named(args, name);
  const role = new aws.iam.Role(
    `${args.prefix}-role`,
    {
      description: 'Hosts of ecommerce-demo',
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } },
        ],
      }),
      ...(args.permissionsBoundary === undefined ? {} : { permissionsBoundary: args.permissionsBoundary }),
      tags,
    },
    opts,
  );
  const { partition } = aws.getPartitionOutput({}, opts);
  const attachments = MANAGED_POLICIES.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: partition.apply((of) => `arn:${of}:iam::aws:policy/${policy}`) },
        opts,
      ),
  );
  const profile = new aws.iam.InstanceProfile(`${args.prefix}-profile`, { role: role.name, tags }, opts);
  return { profile: profile.name, before: attachments };
}
