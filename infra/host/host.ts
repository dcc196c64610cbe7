import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import * as tls from '@pulumi/tls';
import { describeFault } from '../../scenario/config/config-error';
import { deploymentFaults } from '../../scenario/config/deployment';
import type { HostArgs } from './host-args';
import { createIdentity } from './identity';
import { hostHint } from './host-hints';
import { overSsh, overSystemsManager } from './host-shell';
import { fetchKubeconfig, waitReady } from './kubeconfig-commands';
import { kubeconfigFor } from './kubeconfig-script';
import {
  createAgents,
  createServer,
  createServerAddress,
  createStates,
  type MachineContext,
} from './machines';
import { createNetwork, createSecurityGroup, named } from './network';
import { platformOf, type Platform } from './platform';

/**
 * A K3s cluster on EC2: one server with an Elastic IP, and `agents` more hosts. Made with its caller's AWS provider.
 */
export class Host extends pulumi.ComponentResource {
  /** The EC2 instance that all of the cluster lives and dies with: another one is another cluster. */
  readonly server: aws.ec2.Instance;
  /** What uses the cluster waits for this: nodes that are Ready, and openings for this machine. Empty while parked. */
  readonly ready: pulumi.Resource[];
  /** The cluster's kubeconfig (secret); the API answers by it when `ready` is there. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The Elastic IP. */
  readonly publicIp: pulumi.Output<string>;
  /** Where API, shop, console and PostgreSQL answer this machine: the Elastic IP, or ports that are forwarded to it. */
  readonly reachedAt: pulumi.Output<string>;
  /** What images are to be built for. */
  readonly platform: Platform;
  /** SSH key of the user `ubuntu` (secret, OpenSSH format). */
  readonly privateKey: pulumi.Output<string>;

  /** @throws pulumi.RunError with every fault of the arguments. */
  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    const faults = deploymentFaults({ target: 'aws', ...args });
    if (faults.length > 0) throw new pulumi.RunError(faults.map(describeFault).join('\n'));
    super('ecommerce-demo:host:Host', name, {}, opts);

    const hooks = { onError: [hostHint(name, args)] };
    const children = { parent: this, hooks };
    const eip = new aws.ec2.Eip(`${name}-address`, { domain: 'vpc', tags: named(args, name) }, children);
    const network = createNetwork(name, args, children);
    const { group, operators, hosts } = createSecurityGroup(name, args, network, children);
    const keys = createKeys(name, args, children, this);
    const identity = createIdentity(name, args, children);
    const address = createServerAddress(name, args, eip, network, group, children);
    const context: MachineContext = {
      args,
      network,
      group,
      profile: identity.profile,
      keyPair: keys.keyPair,
      agentToken: keys.agentToken,
      before: [...identity.before, ...hosts],
      opts: children,
    };
    const server = createServer(name, context, address, keys.host);
    const agents = createAgents(name, context, address, server);
    const shell =
      args.hostAccess === 'ssm' ? overSystemsManager(server.id, args) : overSsh(eip.publicIp, keys);
    const kubeconfig = fetchKubeconfig(name, args, server, shell, operators, children);
    const states = createStates(
      [
        { name: `${name}-server`, instance: server },
        ...agents.map((instance, index) => ({ name: `${name}-agent-${index + 1}`, instance })),
      ],
      args,
      [kubeconfig],
      children,
    );

    this.publicIp = eip.publicIp;
    this.reachedAt = args.hostAccess === 'ssm' ? pulumi.output('127.0.0.1') : eip.publicIp;
    this.platform = platformOf(args.instanceType);
    this.privateKey = pulumi.secret(keys.login.privateKeyOpenssh);
    this.server = server;
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([this.reachedAt, kubeconfig.stdout])
        .apply(([address, text]) => kubeconfigFor(address, text)),
    );
    this.ready =
      args.hostState === 'running'
        ? [
            waitReady(name, args, [server, ...agents], shell, [...states, ...operators], children),
            ...operators,
          ]
        : [];
    this.registerOutputs({
      kubeconfig: this.kubeconfig,
      publicIp: this.publicIp,
      platform: this.platform,
      privateKey: this.privateKey,
    });
  }
}

interface HostKeys {
  /** The operator's and the program's: logs in as `ubuntu`. */
  login: tls.PrivateKey;
  keyPair: aws.ec2.KeyPair;
  /** The host's own: known beforehand, so that nobody can stand in for it. */
  host: tls.PrivateKey;
  /** With which agents join. */
  agentToken: random.RandomPassword;
}

function createKeys(
  name: string,
  args: HostArgs,
  opts: pulumi.CustomResourceOptions,
  parent: pulumi.Resource,
): HostKeys {
  const login = new tls.PrivateKey(`${name}-login-key`, { algorithm: 'ED25519' }, { parent });
  return {
    login,
    keyPair: new aws.ec2.KeyPair(
      `${args.prefix}-key-pair`,
      { publicKey: login.publicKeyOpenssh.apply((key) => key.trim()), tags: named(args, name) },
      opts,
    ),
    host: new tls.PrivateKey(`${name}-host-key`, { algorithm: 'ED25519' }, { parent }),
    agentToken: new random.RandomPassword(`${name}-agent-token`, { length: 48, special: false }, { parent }),
  };
}
