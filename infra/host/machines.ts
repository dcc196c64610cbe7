import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type * as random from '@pulumi/random';
import type * as tls from '@pulumi/tls';
import type { HostArgs } from './host-args';
import { named, type HostNetwork } from './network';
import { architectureOf, platformOf } from './platform';
import { agentUserData, serverUserData } from './user-data';

/** What all hosts share. */
export interface MachineContext {
  args: HostArgs;
  network: HostNetwork;
  group: aws.ec2.SecurityGroup;
  /** Name of the instance profile. */
  profile: pulumi.Output<string>;
  keyPair: aws.ec2.KeyPair;
  agentToken: random.RandomPassword;
  /** Resources without which a booting host would fail. */
  before: pulumi.Resource[];
  opts: pulumi.CustomResourceOptions;
}

/** The server's place in the network, which is there before the server: an interface that has the Elastic IP. */
export interface ServerAddress {
  eip: aws.ec2.Eip;
  networkInterface: aws.ec2.NetworkInterface;
  association: aws.ec2.EipAssociation;
}

/**
 * The Elastic IP on an interface of its own. So the address is known for the API's certificate, the host has it from
 * its first second, and both outlive the host.
 */
export function createServerAddress(
  name: string,
  args: HostArgs,
  eip: aws.ec2.Eip,
  network: HostNetwork,
  group: aws.ec2.SecurityGroup,
  opts: pulumi.CustomResourceOptions,
): ServerAddress {
  const networkInterface = new aws.ec2.NetworkInterface(
    `${name}-interface`,
    {
      subnetId: network.subnetId,
      securityGroups: [group.id],
      description: 'K3s server of ecommerce-demo',
      tags: named(args, name),
    },
    opts,
  );
  const association = new aws.ec2.EipAssociation(
    `${name}-address-of-server`,
    { allocationId: eip.allocationId, networkInterfaceId: networkInterface.id, allowReassociation: true },
    { ...opts, dependsOn: network.route },
  );
  return { eip, networkInterface, association };
}

/** The K3s server. */
export function createServer(
  name: string,
  context: MachineContext,
  address: ServerAddress,
  hostKey: tls.PrivateKey,
): aws.ec2.Instance {
  const { args, agentToken } = context;
  const architecture = architectureOf(platformOf(args.instanceType));
  const userData = pulumi
    .all([address.eip.publicIp, agentToken.result, hostKey.privateKeyOpenssh, hostKey.publicKeyOpenssh])
    .apply(([publicIp, token, privateKey, publicKey]) =>
      serverUserData({
        publicIp,
        agentToken: token,
        hostKey: { privateKey, publicKey },
        architecture,
        k3sVersion: args.k3sVersion,
      }),
    );
  return new aws.ec2.Instance(
    `${name}-server`,
    transformed(args, {
      ...commonInstance(`${name}-server`, context),
      primaryNetworkInterface: { networkInterfaceId: address.networkInterface.id },
      userData: pulumi.secret(userData),
    }),
    {
      ...context.opts,
      dependsOn: [address.association, ...context.before],
      ignoreChanges: keptOfInstance(args),
      // The interface can be attached to one host at a time.
      deleteBeforeReplace: true,
      // The provider takes options of a market that are gone for ones that stay: only another trigger ends spot.
      replacementTrigger: args.spot === true ? `${args.generation} spot` : args.generation,
    },
  );
}

/** The K3s agents: `agents` hosts that join the server. */
export function createAgents(
  name: string,
  context: MachineContext,
  address: ServerAddress,
  server: aws.ec2.Instance,
): aws.ec2.Instance[] {
  const { args, agentToken } = context;
  const architecture = architectureOf(platformOf(args.instanceType));
  const userData = pulumi
    .all([address.networkInterface.privateIp, server.id, agentToken.result])
    .apply(([serverAddress, serverId, token]) =>
      agentUserData({
        serverAddress,
        serverId,
        agentToken: token,
        architecture,
        k3sVersion: args.k3sVersion,
      }),
    );
  return Array.from({ length: args.agents }, (_, index) => {
    const agent = `${name}-agent-${index + 1}`;
    return new aws.ec2.Instance(
      agent,
      transformed(args, {
        ...commonInstance(agent, context),
        subnetId: context.network.subnetId,
        vpcSecurityGroupIds: [context.group.id],
        // Images and packages come from the internet, and there is no NAT gateway; nothing comes in but by the group.
        associatePublicIpAddress: true,
        userData: pulumi.secret(userData),
      }),
      {
        ...context.opts,
        dependsOn: [...context.network.route, ...context.before],
        // A parked host has no public address, which AWS reports as `false`: no reason to make another one.
        ignoreChanges: [...keptOfInstance(args), 'associatePublicIpAddress'],
      },
    );
  });
}

/**
 * What of an instance stays as it is, whatever the program says meanwhile. The image is chosen once; another host takes
 * the newest. What AWS changes by a restart waits while hosts are parked: it would start them, at the user's cost.
 */
function keptOfInstance({ hostState }: HostArgs): string[] {
  return [
    'ami',
    ...(hostState === 'stopped'
      ? ['instanceType', 'rootBlockDevice', 'userData', 'instanceMarketOptions']
      : []),
  ];
}

function transformed(args: HostArgs, instance: aws.ec2.InstanceArgs): aws.ec2.InstanceArgs {
  return args.transform ? args.transform(instance) : instance;
}

function commonInstance(name: string, context: MachineContext): aws.ec2.InstanceArgs {
  const { args, profile, keyPair } = context;
  return {
    ami: args.image,
    instanceType: args.instanceType,
    keyName: keyPair.keyName,
    iamInstanceProfile: profile,
    // Only IMDSv2, and only from the host itself: a pod is one hop further.
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    rootBlockDevice: {
      volumeType: 'gp3',
      volumeSize: args.volumeSize,
      encrypted: true,
      deleteOnTermination: true,
      tags: named(args, name),
    },
    ebsOptimized: true,
    // cloud-init reads it at the first boot only: another one is another host.
    userDataReplaceOnChange: true,
    ...(args.cpuCredits === undefined ? {} : { creditSpecification: { cpuCredits: args.cpuCredits } }),
    ...(args.spot === true ? { instanceMarketOptions: SPOT } : {}),
    tags: named(args, name),
  };
}

/** A spot host that can be parked: AWS stops it where it takes it away, and so may we. */
const SPOT: aws.types.input.ec2.InstanceInstanceMarketOptions = {
  marketType: 'spot',
  spotOptions: { spotInstanceType: 'persistent', instanceInterruptionBehavior: 'stop' },
};

/**
 * Runs or parks hosts. A parked one is stopped after everything in `after`, which needs it running.
 * (The SDK files InstanceState under transit gateways; it is EC2's.)
 */
export function createStates(
  machines: readonly { name: string; instance: aws.ec2.Instance }[],
  args: HostArgs,
  after: pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): aws.ec2transitgateway.InstanceState[] {
  return machines.map(
    ({ name, instance }) =>
      new aws.ec2transitgateway.InstanceState(
        `${name}-state`,
        { instanceId: instance.id, state: args.hostState },
        { ...opts, dependsOn: args.hostState === 'stopped' ? after : [] },
      ),
  );
}
