import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { Host } from '../infra/host/host';
import { namePrefix } from '../scenario/config/aws-names';
import { findImage, findPlace } from '../infra/host/place';
import { architectureOf, platformOf } from '../infra/host/platform';
import { releaseOf } from '../infra/host/user-data';
import { Registry, repositoryPrefix } from '../infra/registry/registry';
import { parseReference } from '../machine/reach/registry-api';
import { API_PORT } from '../scenario/config/deployment';
import type { AwsAccess } from './aws-provider';
import type { HostKeys, StackSettings } from './config';
import { planHost, requireSamePlace } from './host-plan';
import { pastHost, type PastHost } from './past-host';
import type { PastOutputs } from './past-outputs';
import { releaseBefore } from './release';
import { requireAnswer, requireTunnel, tunnelCommand } from './required-answer';
import type { Target } from './target-facts';

/**
 * The EC2 hosts and the registry, with one provider. Where they are, what is there of them and what this update does to
 * their data is found out, and said, before anything is made.
 *
 * @public target.ts loads it late, which knip does not see
 * @param lastBuild the services' image where none can be built now; it lies in the stack's own registry
 * @throws pulumi.RunError with the key, where that cannot be
 */
export async function createAwsTarget(
  settings: StackSettings,
  keys: HostKeys,
  access: AwsAccess,
  outputs: PastOutputs,
  lastBuild: string | null,
): Promise<Target> {
  const { provider, tags, account, region } = access;
  const overSystemsManager = keys.hostAccess === 'ssm';
  if (overSystemsManager && access.assumesRole) throw new pulumi.RunError(ROLE_OF_PROFILE);
  const past = await pastHost(outputs);
  if (past !== null) requireSamePlace(past, access);
  const release = releaseOf(keys.k3sVersion, architectureOf(platformOf(keys.instanceType)));
  const plan = planHost({
    wanted: { ...keys, release, spot: keys.spot === true },
    past,
    now: past === null ? 'gone' : await stateOf(past.instanceId, provider),
  });
  for (const warning of plan.warnings) void pulumi.log.warn(warning);
  if (past?.hostState === 'running' && plan.keepsServer && keys.hostState === 'running') {
    if (overSystemsManager) await requireTunnel(API_PORT);
    else if (!(await mayOpenIt(settings, keys, past, outputs))) await requireAnswer(past, keys.operatorCidrs);
  }
  const [place, image] = await Promise.all([
    findPlace(
      {
        ...keys,
        region,
        instanceType: plan.instanceType,
        ...(past?.subnetId === null ? { zoneBefore: past.zone } : {}),
      },
      { provider },
    ),
    findImage(platformOf(keys.instanceType), region, { provider }),
  ]);

  const parked = keys.hostState === 'stopped';
  const prefix = namePrefix(pulumi.getProject(), pulumi.getStack());
  const options = { provider };
  // An earlier release's image lies there: it stays for as long as that is deployed.
  const named = settings.servicesImage;
  const servicesImage = named ?? lastBuild;
  const needsRegistry = named === null || isOwnImage(named, { account, region, prefix });
  const registry = needsRegistry ? new Registry('registry', { prefix, tags }, options) : null;
  const host = new Host(
    'host',
    {
      ...keys,
      prefix,
      region,
      ...(access.profile === undefined ? {} : { profile: access.profile }),
      place,
      image,
      tags,
      agents: plan.agents,
      spot: plan.spot,
      generation: plan.generation,
      renewal: plan.renewal,
    },
    options,
  );
  return {
    kubeconfig: host.kubeconfig,
    nodeHost: host.reachedAt,
    platform: host.platform,
    repository: servicesImage === null ? (registry?.repositoryUrl ?? null) : null,
    servicesImage,
    ...(registry === null ? {} : { credentials: registry.credentials }),
    // The kubelets log in to ECR by their instance's role.
    needsPullSecret: false,
    host: host.server,
    after: host.ready,
    storesOnServer: true,
    parked,
    unreachable: parked || (pulumi.runtime.isDryRun() && past?.hostState === 'stopped'),
    outputs: {
      host: {
        account,
        region,
        instanceId: host.server.id,
        address: host.publicIp,
        hostState: keys.hostState,
        generation: plan.generation,
        renewal: plan.renewal,
        release: plan.release,
        instanceType: plan.instanceType,
        volumeSize: plan.volumeSize,
        agents: plan.agents,
        spot: plan.spot,
        zone: host.server.availabilityZone,
        subnetId: keys.subnetId ?? null,
      },
      ...(overSystemsManager
        ? { tunnel: tunnelCommand() }
        : {
            login: pulumi.interpolate`pulumi stack output sshKey --show-secrets > key && chmod 600 key && ssh -i key ubuntu@${host.publicIp}`,
          }),
      session: pulumi.interpolate`aws ssm start-session --region ${region} --target ${host.server.id}`,
      sshKey: host.privateKey,
    },
  };
}

/** Whether this very update may make the host answer: other operators are let in, or another type restarts it. */
async function mayOpenIt(
  { config }: Pick<StackSettings, 'config'>,
  { instanceType }: Pick<HostKeys, 'instanceType'>,
  past: Pick<PastHost, 'instanceType'>,
  outputs: PastOutputs,
): Promise<boolean> {
  const before = releaseBefore(await outputs.value('releases'));
  return before?.config.operatorCidrs !== config.operatorCidrs || past.instanceType !== instanceType;
}

const ROLE_OF_PROFILE =
  'ecommerce-demo:hostAccess = "ssm": the AWS CLI runs the commands, and does not know the role of aws:assumeRoles. Name it in a ' +
  'profile (role_arn, source_profile in ~/.aws/config): pulumi config set aws:profile NAME && pulumi config rm aws:assumeRoles. ' +
  'Nothing was touched.';

/** Whether an image lies in the repository that this stack makes. */
function isOwnImage(
  image: string,
  { account, region, prefix }: { account: string; region: string; prefix: string },
) {
  const { server, repository } = parseReference(image);
  return (
    server.startsWith(`${account}.dkr.ecr.${region}.`) && repository.startsWith(repositoryPrefix(prefix))
  );
}

/** What AWS has of an instance now. */
async function stateOf(instanceId: string, provider: aws.Provider): Promise<'running' | 'stopped' | 'gone'> {
  const inStates = async (instanceStateNames: string[]) => {
    const filters = [{ name: 'instance-id', values: [instanceId] }];
    const { ids } = await aws.ec2.getInstances({ filters, instanceStateNames }, { provider });
    return ids.includes(instanceId);
  };
  if (await inStates(['pending', 'running'])) return 'running';
  return (await inStates(['stopping', 'stopped'])) ? 'stopped' : 'gone';
}
