import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { Host } from '../infra/host/host';
import { namePrefix } from '../infra/host/names';
import { findPlace } from '../infra/host/place';
import { architectureOf, platformOf } from '../infra/host/platform';
import { releaseOf } from '../infra/host/user-data';
import { Registry } from '../infra/registry/registry';
import type { AwsAccess } from './aws-provider';
import type { HostKeys, StackSettings } from './config';
import { planHost } from './host-plan';
import { pastHost } from './past-host';
import type { Target } from './target-facts';

/**
 * The EC2 hosts and the registry, with one provider. Where they are, what is there of them and what this update does to
 * their data is found out, and said, before anything is made.
 *
 * @public target.ts loads it late, which knip does not see
 * @throws pulumi.RunError with the key, where that cannot be
 */
export async function createAwsTarget(
  settings: StackSettings,
  keys: HostKeys,
  { provider, tags, account, region }: AwsAccess,
): Promise<Target> {
  const past = await pastHost();
  const release = releaseOf(keys.k3sVersion, architectureOf(platformOf(keys.instanceType)));
  const plan = planHost({
    wanted: { ...keys, release },
    past,
    now: past === null ? 'gone' : await stateOf(past.instanceId, provider),
  });
  for (const warning of plan.warnings) void pulumi.log.warn(warning);
  const place = await findPlace({ ...keys, region }, { provider });

  const prefix = namePrefix(pulumi.getProject(), pulumi.getStack());
  const options = { provider };
  const registry =
    settings.servicesImage === null ? new Registry('registry', { prefix, tags }, options) : null;
  const host = new Host(
    'host',
    {
      ...keys,
      prefix,
      region,
      place,
      tags,
      agents: plan.agents,
      generation: plan.generation,
      renewal: plan.renewal,
      ...(registry === null ? {} : { registryUrl: registry.repositoryUrl }),
    },
    options,
  );
  return {
    kubeconfig: host.kubeconfig,
    nodeHost: host.publicIp,
    platform: host.platform,
    repository: registry?.repositoryUrl ?? null,
    ...(registry === null ? {} : { credentials: registry.credentials }),
    // The kubelets log in to ECR by their instance's role.
    needsPullSecret: false,
    host: host.server,
    after: host.ready,
    storesOnServer: true,
    parked: keys.hostState === 'stopped',
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
        volumeSize: plan.volumeSize,
        agents: plan.agents,
      },
      login: pulumi.interpolate`pulumi stack output sshKey --show-secrets > key && chmod 600 key && ssh -i key ubuntu@${host.publicIp}`,
      session: pulumi.interpolate`aws ssm start-session --region ${region} --target ${host.server.id}`,
      sshKey: host.privateKey,
    },
  };
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
