import * as pulumi from '@pulumi/pulumi';
import { clusterAddress, probe, requireReachable } from '../infra/cluster/kubeconfig';
import { buildPlatform } from '../infra/images/services-image';
import { readKubeconfig, type StackSettings } from './config';

/** Where the shop runs, whatever made it. */
export interface Target {
  kubeconfig: pulumi.Output<string>;
  context?: string;
  /** Host at which NodePorts answer; null where load balancers have addresses of their own. */
  nodeHost: pulumi.Output<string> | null;
  /** Platform of the nodes. */
  platform: string;
  /** Image name without tag. */
  repository: pulumi.Output<string>;
  /** Login of the registry: to push, and for pods to pull. */
  credentials?: pulumi.Output<{ server: string; username: string; password: string }>;
  /** Pods need a pull secret: the nodes have no login of their own. */
  needsPullSecret: boolean;
  /** What everything dies with. */
  deletedWith?: pulumi.Resource;
}

/**
 * Makes the host, or finds the cluster that is there and asks whether it answers.
 *
 * @throws pulumi.RunError when it does not
 */
export async function createTarget(settings: StackSettings, projectDir: string): Promise<Target> {
  return settings.deployment.target === 'kubeconfig'
    ? existingCluster(settings, projectDir)
    : awsHost(settings);
}

async function existingCluster({ deployment }: StackSettings, projectDir: string): Promise<Target> {
  const { content, source } = readKubeconfig(deployment.kubeconfig, projectDir);
  const address = clusterAddress(content, source, deployment.context);
  const repository = `${deployment.imageRegistry ?? ''}/ecommerce-demo`;
  await Promise.all([requireReachable(address, source), requireRegistry(repository)]);
  const { username, password } = deployment.imagePullSecret ?? {};
  const server = repository.split('/')[0] ?? '';
  return {
    kubeconfig: pulumi.secret(content),
    ...(deployment.context === undefined ? {} : { context: deployment.context }),
    nodeHost:
      deployment.postgresAccess?.type === 'loadBalancer'
        ? null
        : pulumi.output(deployment.postgresAccess?.host ?? address.host),
    platform: buildPlatform(),
    repository: pulumi.output(repository),
    ...(username !== undefined && password !== undefined
      ? { credentials: pulumi.secret({ server, username, password }) }
      : {}),
    needsPullSecret: username !== undefined,
  };
}

/** A registry with a host and port of its own is asked whether it listens; Docker Hub's short names are not. */
async function requireRegistry(repository: string): Promise<void> {
  const server = repository.split('/')[0] ?? '';
  if (!/[.:]/.test(server)) return;
  const url = new URL(`https://${server}`);
  const local = /^(localhost|127\.)/.test(url.hostname);
  const port = Number(url.port) || (local ? 80 : 443);
  const fault = await probe(url.hostname, port);
  if (fault === null) return;
  throw new pulumi.RunError(
    `ecommerce-demo:imageRegistry: the registry ${server} cannot be reached: ${fault}. ` +
      'Start it, connect the VPN, or choose another one: pulumi config set imageRegistry HOST/PATH. Nothing was touched.',
  );
}

const DEFAULT_REGION = 'us-east-1';

function awsHost({ deployment, nodePorts }: StackSettings): Target {
  // Loaded for this target alone: the AWS SDK takes seconds, which every other `pulumi up` would wait for.
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { HOST_DEFAULTS, Host } = require('../infra/host') as typeof import('../infra/host');
  const { Registry } = require('../infra/registry') as typeof import('../infra/registry');
  /* eslint-enable @typescript-eslint/no-require-imports */
  const region = deployment.region ?? DEFAULT_REGION;
  const tags = deployment.tags ?? {};
  const registry = new Registry('registry', { region, tags });
  const host = new Host('host', {
    region,
    tags,
    nodePorts,
    instanceType: deployment.instanceType ?? HOST_DEFAULTS.instanceType,
    volumeSize: deployment.volumeSize ?? HOST_DEFAULTS.volumeSize,
    k3sVersion: deployment.k3sVersion ?? HOST_DEFAULTS.k3sVersion,
    operatorCidrs: deployment.operatorCidrs ?? [],
    agents: deployment.agents ?? HOST_DEFAULTS.agents,
    hostState: deployment.hostState ?? HOST_DEFAULTS.hostState,
    ...(deployment.vpcId === undefined ? {} : { vpcId: deployment.vpcId }),
    ...(deployment.subnetId === undefined ? {} : { subnetId: deployment.subnetId }),
  });
  return {
    kubeconfig: host.kubeconfig,
    nodeHost: host.publicIp,
    platform: host.platform,
    repository: registry.repositoryUrl,
    credentials: registry.credentials,
    // The kubelets log in to ECR by their instance's role.
    needsPullSecret: false,
    deletedWith: host,
  };
}
