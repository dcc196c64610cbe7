import * as pulumi from '@pulumi/pulumi';
import { buildPlatform } from '../infra/images/services-image';
import { callerAddress } from '../machine/reach/caller-address';
import { requireReachable } from '../machine/reach/cluster';
import { NO_DOCKER, requireDocker } from '../machine/reach/docker';
import { clusterAddress } from '../machine/reach/kubeconfig';
import { readKubeconfig } from '../machine/reach/kubeconfig-files';
import { requireRegistry } from '../machine/reach/registry';
import { parseReference } from '../machine/reach/registry-api';
import { callerWarning } from '../scenario/config/operators';
import type { AwsAccess } from './aws-provider';
import type { HostKeys, StackSettings } from './config';
import { pastHost } from './past-host';
import type { PastOutputs } from './past-outputs';
import { allAtOnce } from './prerequisites';
import { releaseBefore } from './release';
import type { Target } from './target-facts';

/**
 * Makes the host, or finds the cluster that is there. What it will need is asked first, all at once and before any
 * resource is made: whether cluster, registry, AWS and Docker answer, and whether this machine may reach the host.
 *
 * @throws pulumi.RunError with everything that is missing
 */
export async function createTarget(
  settings: StackSettings,
  projectDir: string,
  past: PastOutputs,
): Promise<Target> {
  const { host } = settings;
  if (host === null) return existingCluster(settings, projectDir);
  const [access, , lastBuild] = await allAtOnce(
    () => awsAccess(host),
    () => requireAllowedCaller(host),
    () => builderOrLastBuild(settings, host, past),
  );
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { createAwsTarget } = require('./aws-target') as typeof import('./aws-target');
  return createAwsTarget(settings, host, access, past, lastBuild);
}

/** Whom AWS lets in. Loaded for this target alone: the AWS SDK takes seconds, which every other `pulumi up` would wait for. */
function awsAccess({ region, tags }: Pick<HostKeys, 'region' | 'tags'>): Promise<AwsAccess> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const provider = require('./aws-provider') as typeof import('./aws-provider');
  return provider.awsAccess({ region, tags });
}

/**
 * What a config that has faults would miss besides: it cannot go on, so all is said now.
 *
 * @param faults what was wrong with the config
 * @param raw the stack's own keys, as far as they can be read
 * @throws pulumi.RunError always
 */
export async function refuse(faults: unknown, raw: Readonly<Record<string, unknown>>): Promise<never> {
  await allAtOnce(
    () => {
      throw faults;
    },
    // Asking AWS makes its provider, which a preview forgets: an update without one makes nothing.
    ...((raw.target ?? 'aws') === 'aws' && pulumi.runtime.isDryRun() ? [() => awsAccess({ tags: {} })] : []),
    ...(raw.images === undefined ? [() => requireDocker()] : []),
  );
  throw faults;
}

/** The Docker engine that builds the image, where one is built: also of a preview the provider asks it. */
async function requireBuilder({ servicesImage }: StackSettings): Promise<void> {
  if (servicesImage === null) await requireDocker();
}

/**
 * What parks hosts and what starts them again needs no new image: where no engine answers, the last build's stays.
 *
 * @returns it by digest; null where one is built, or named by config
 */
async function builderOrLastBuild(
  settings: StackSettings,
  { hostState }: Pick<HostKeys, 'hostState'>,
  past: PastOutputs,
): Promise<string | null> {
  try {
    await requireBuilder(settings);
    return null;
  } catch (error) {
    const parking = hostState === 'stopped' || (await pastHost(past))?.hostState === 'stopped';
    const image = parking ? releaseBefore(await past.value('releases'))?.image : undefined;
    if (image === undefined) throw error;
    void pulumi.log.warn(
      `${NO_DOCKER.problem}: the hosts keep the last one, ${image}. What has changed since is built by the first update with an engine.`,
    );
    return image;
  }
}

async function existingCluster(settings: StackSettings, projectDir: string): Promise<Target> {
  const { deployment, servicesImage } = settings;
  const [{ content, address, source }] = await allAtOnce(() => {
    const found = readKubeconfig(deployment.kubeconfig, projectDir);
    return { ...found, address: clusterAddress(found.content, found.source, deployment.context) };
  });
  const repository = servicesImage ?? `${deployment.imageRegistry ?? ''}/ecommerce-demo`;
  const { server } = parseReference(repository);
  const { username, password } = deployment.imagePullSecret ?? {};
  const login = username !== undefined && password !== undefined ? { username, password } : null;
  await allAtOnce(
    () => requireReachable(address, source),
    () => (servicesImage === null ? requireRegistry(repository, login) : null),
    () => requireBuilder(settings),
  );
  return {
    kubeconfig: pulumi.secret(content),
    ...(deployment.context === undefined ? {} : { context: deployment.context }),
    nodeHost:
      deployment.postgresAccess?.type === 'loadBalancer'
        ? null
        : pulumi.output(deployment.postgresAccess?.host ?? address.host),
    platform: deployment.platform ?? buildPlatform(),
    repository: servicesImage === null ? pulumi.output(repository) : null,
    servicesImage,
    ...(login === null ? {} : { credentials: pulumi.secret({ server, ...login }) }),
    needsPullSecret: login !== null,
    parked: false,
    unreachable: false,
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
  // Nobody logs in to a parked host, and Systems Manager lets nobody in by address.
  if (hostState === 'stopped' || !callerCheck || operatorCidrs === undefined) return;
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
      'out): pulumi config set callerCheck false',
  );
}
