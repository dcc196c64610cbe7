import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** What the hosts may do in AWS: be managed by Systems Manager, and read images. */
const MANAGED_POLICIES = ['AmazonSSMManagedInstanceCore', 'AmazonEC2ContainerRegistryReadOnly'] as const;

/** The instance profile of all hosts. */
export function createInstanceProfile(
  name: string,
  tags: Readonly<Record<string, string>>,
  opts: pulumi.CustomResourceOptions,
): { profile: aws.iam.InstanceProfile; attachments: aws.iam.RolePolicyAttachment[] } {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      description: 'Hosts of ecommerce-demo',
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } },
        ],
      }),
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
  const profile = new aws.iam.InstanceProfile(`${name}-profile`, { role: role.name, tags }, opts);
  return { profile, attachments };
}
