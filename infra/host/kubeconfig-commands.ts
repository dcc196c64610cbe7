import type * as aws from '@pulumi/aws';
import * as command from '@pulumi/command';
import * as pulumi from '@pulumi/pulumi';
import type * as tls from '@pulumi/tls';
import type { HostArgs } from './host-args';
import { kubeconfigScript, readyScript, RUN_SCRIPT } from './kubeconfig-script';

/** How the program logs in to the server. */
export type Connection = command.types.input.remote.ConnectionArgs;

/** The login to the server: with the key that the program made, to the host key that it made, too. */
export function connectionTo(
  publicIp: pulumi.Input<string>,
  keys: { login: tls.PrivateKey; host: tls.PrivateKey },
): Connection {
  return {
    host: publicIp,
    user: 'ubuntu',
    privateKey: keys.login.privateKeyOpenssh,
    hostKey: keys.host.publicKeyOpenssh.apply((key) => key.trim()),
    // A host that boots doesn't answer, then refuses, for up to a minute. With the provider's pauses (up to 5 s) this
    // gives up after one minute of refusals, and after four and a half of silence.
    dialErrorLimit: 20,
    perDialTimeout: 10,
  };
}

/** Fetches the kubeconfig, once for each server and renewal. */
export function fetchKubeconfig(
  name: string,
  args: Pick<HostArgs, 'renewal'>,
  server: pulumi.CustomResource,
  connection: Connection,
  openings: pulumi.Resource[],
  parent: pulumi.Resource,
): command.remote.Command {
  return new command.remote.Command(
    `${name}-kubeconfig`,
    {
      connection,
      create: RUN_SCRIPT,
      stdin: kubeconfigScript(),
      // Run again for another host only: changed words in the script are no reason to ask a host that may be parked.
      triggers: [server.id, args.renewal],
      logging: 'none',
      addPreviousOutputInEnv: false,
    },
    {
      parent,
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
  connection: Connection,
  after: pulumi.Resource[],
  parent: pulumi.Resource,
): command.remote.Command {
  return new command.remote.Command(
    `${name}-ready`,
    {
      connection,
      create: RUN_SCRIPT,
      stdin: pulumi
        .all(instances.map(({ privateIp }) => privateIp))
        .apply((addresses) => readyScript(addresses)),
      triggers: [...instances.map(({ id }) => id), args.instanceType, args.volumeSize],
      logging: 'stderr',
      addPreviousOutputInEnv: false,
    },
    {
      parent,
      dependsOn: [...instances, ...after],
      customTimeouts: { create: '30m', update: '30m' },
    },
  );
}
