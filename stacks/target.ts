import * as pulumi from '@pulumi/pulumi';
import { clusterAddress } from '../infra/cluster/kubeconfig';
import { requireReachable } from '../infra/cluster/reachable';
import type { HostArgs } from '../infra/host/host-args';
import { callerAddress, callerWarning } from '../infra/host/caller-address';
import { parseReference } from '../infra/images/registry-api';
import { requireRegistry } from '../infra/images/require-registry';
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
  /** The hosts are parked: nothing on them can be asked or changed. */
  parked: boolean;
}

/**
 * Makes the host, or finds the cluster that is there. What it will need is asked first, before any resource is made:
 * whether cluster and registry answer, and whether this machine may reach the host.
 *
 * @throws pulumi.RunError when not, with the remedy
 */
export async function createTarget(settings: StackSettings, projectDir: string): Promise<Target> {
  const { host } = settings;
  if (host === null) return existingCluster(settings, projectDir);
  await requireAllowedCaller(host);
  return awsHost(host);
}

async function existingCluster({ deployment }: StackSettings, projectDir: string): Promise<Target> {
  const { content, source } = readKubeconfig(deployment.kubeconfig, projectDir);
  const address = clusterAddress(content, source, deployment.context);
  const repository = `${deployment.imageRegistry ?? ''}/ecommerce-demo`;
  const { server } = parseReference(repository);
  const { username, password } = deployment.imagePullSecret ?? {};
  const login = username !== undefined && password !== undefined ? { username, password } : null;
  await Promise.all([requireReachable(address, source), requireRegistry(repository, login)]);
  return {
    kubeconfig: pulumi.secret(content),
    ...(deployment.context === undefined ? {} : { context: deployment.context }),
    nodeHost:
      deployment.postgresAccess?.type === 'loadBalancer'
        ? null
        : pulumi.output(deployment.postgresAccess?.host ?? address.host),
    platform: deployment.platform ?? buildPlatform(),
    repository: pulumi.output(repository),
    ...(login === null ? {} : { credentials: pulumi.secret({ server, ...login }) }),
    needsPullSecret: login !== null,
    parked: false,
  };
}

/**
 * Fails when this machine's own address is not among the operators': the update would make a host and then wait for
 * it in vain. An address that cannot be learnt is no fault.
 *
 * @throws pulumi.RunError with the command that allows it
 */
export async function requireAllowedCaller(
  { operatorCidrs, hostState }: Pick<HostArgs, 'operatorCidrs' | 'hostState'>,
  service?: string,
): Promise<void> {
  // Nobody logs in to a parked host.
  if (hostState === 'stopped') return;
  const address = await callerAddress(service);
  const warning = address === null ? null : callerWarning(operatorCidrs, address);
  if (warning !== null)
    throw new pulumi.RunError(`ecommerce-demo:operatorCidrs: ${warning}. Nothing was touched.`);
}

function awsHost(args: HostArgs): Target {
  // Loaded for this target alone: the AWS SDK takes seconds, which every other `pulumi up` would wait for.
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { Host } = require('../infra/host/host') as typeof import('../infra/host/host');
  const { Registry } = require('../infra/registry/registry') as typeof import('../infra/registry/registry');
  /* eslint-enable @typescript-eslint/no-require-imports */
  const registry = new Registry('registry', { region: args.region, tags: args.tags });
  const host = new Host('host', args);
  return {
    kubeconfig: host.kubeconfig,
    nodeHost: host.publicIp,
    platform: host.platform,
    repository: registry.repositoryUrl,
    credentials: registry.credentials,
    // The kubelets log in to ECR by their instance's role.
    needsPullSecret: false,
    deletedWith: host,
    parked: args.hostState === 'stopped',
  };
}
