import * as pulumi from '@pulumi/pulumi';
import { clusterAddress } from '../infra/cluster/kubeconfig';
import { readKubeconfig } from '../infra/cluster/kubeconfig-files';
import { requireReachable } from '../infra/cluster/reachable';
import { callerAddress, callerWarning } from '../infra/host/caller-address';
import { parseReference } from '../infra/images/registry-api';
import { requireRegistry } from '../infra/images/require-registry';
import { buildPlatform } from '../infra/images/services-image';
import type { HostKeys, StackSettings } from './config';
import type { Target } from './target-facts';

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
  // Loaded for this target alone: the AWS SDK takes seconds, which every other `pulumi up` would wait for.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { createAwsTarget } = require('./aws-target') as typeof import('./aws-target');
  return createAwsTarget(settings, host);
}

async function existingCluster(
  { deployment, servicesImage }: StackSettings,
  projectDir: string,
): Promise<Target> {
  const { content, source } = readKubeconfig(deployment.kubeconfig, projectDir);
  const address = clusterAddress(content, source, deployment.context);
  const repository = servicesImage ?? `${deployment.imageRegistry ?? ''}/ecommerce-demo`;
  const { server } = parseReference(repository);
  const { username, password } = deployment.imagePullSecret ?? {};
  const login = username !== undefined && password !== undefined ? { username, password } : null;
  await Promise.all([
    requireReachable(address, source),
    servicesImage === null ? requireRegistry(repository, login) : null,
  ]);
  return {
    kubeconfig: pulumi.secret(content),
    ...(deployment.context === undefined ? {} : { context: deployment.context }),
    nodeHost:
      deployment.postgresAccess?.type === 'loadBalancer'
        ? null
        : pulumi.output(deployment.postgresAccess?.host ?? address.host),
    platform: deployment.platform ?? buildPlatform(),
    repository: servicesImage === null ? pulumi.output(repository) : null,
    ...(login === null ? {} : { credentials: pulumi.secret({ server, ...login }) }),
    needsPullSecret: login !== null,
    parked: false,
    outputs: {},
  };
}

/**
 * Fails when this machine's own address is not among the operators': the update would make a host and then wait for
 * it in vain. A preview is only warned. An address that cannot be learnt is no fault.
 *
 * @throws pulumi.RunError with the command that allows it
 */
export async function requireAllowedCaller(
  { operatorCidrs, hostState, callerCheck }: Pick<HostKeys, 'operatorCidrs' | 'hostState' | 'callerCheck'>,
  service?: string,
): Promise<void> {
  // Nobody logs in to a parked host.
  if (hostState === 'stopped' || !callerCheck) return;
  const address = await callerAddress(service);
  const warning = address === null ? null : callerWarning(operatorCidrs, address);
  if (warning === null) return;
  // A preview reaches no host: a reviewer may run it from anywhere.
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.warn(`ecommerce-demo:operatorCidrs: ${warning}. From here \`pulumi up\` would refuse.`);
    return;
  }
  throw new pulumi.RunError(
    `ecommerce-demo:operatorCidrs: ${warning}. Where that address is not the one the host sees (a proxy, two ways ` +
      'out): pulumi config set callerCheck false. Nothing was touched.',
  );
}
