import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HostArgs } from './host-args';
import type { HostCommand, HostShell } from './host-shell';
import { kubeconfigScript, readyScript } from './kubeconfig-script';

/** Fetches the kubeconfig, once for each server and renewal. */
export function fetchKubeconfig(
  name: string,
  args: Pick<HostArgs, 'renewal'>,
  server: pulumi.CustomResource,
  shell: HostShell,
  openings: pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  return shell(
    `${name}-kubeconfig`,
    {
      stdin: kubeconfigScript(),
      // Run again for another host only: changed words in the script are no reason to ask a host that may be parked.
      triggers: [server.id, args.renewal],
      logging: 'none',
      untilReached: false,
    },
    {
      ...opts,
      dependsOn: [server, ...openings],
      // The old host's is worth nothing: it must not be taken for the new one's.
      deleteBeforeReplace: true,
      additionalSecretOutputs: ['stdout'],
      ignoreChanges: ['stdin'],
      customTimeouts: { create: '30m' },
    },
  );
}

/**
 * Waits until all nodes are Ready: after the first boot, after each start, and when hosts came, went or were changed;
 * nodes that are the program's no more are drained and forgotten then, and a grown volume's file system grows. It is
 * there only while hosts run, so each start makes it anew; it has no delete command, so parking needs no connection.
 */
export function waitReady(
  name: string,
  args: Pick<HostArgs, 'instanceType' | 'volumeSize'>,
  instances: readonly aws.ec2.Instance[],
  shell: HostShell,
  after: pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  return shell(
    `${name}-ready`,
    {
      stdin: pulumi
        .all(instances.map(({ privateIp }) => privateIp))
        .apply((addresses) => readyScript(addresses)),
      triggers: [...instances.map(({ id }) => id), args.instanceType, args.volumeSize],
      logging: 'stderr',
      untilReached: true,
    },
    {
      ...opts,
      dependsOn: [...instances, ...after],
      customTimeouts: { create: '30m', update: '30m' },
    },
  );
}
