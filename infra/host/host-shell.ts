import * as command from '@pulumi/command';
import * as pulumi from '@pulumi/pulumi';
import type * as tls from '@pulumi/tls';
import { API_PORT } from '../../scenario/config/deployment';
import type { HostArgs } from './host-args';
import { RUN_SCRIPT } from './kubeconfig-script';

/** A command that runs a script on the host. */
export type HostCommand = command.remote.Command | command.local.Command;

/** What a script is run for. */
interface ScriptArgs {
  /** The script. */
  stdin: pulumi.Input<string>;
  /** It runs again when one of these is another. */
  triggers: pulumi.Input<unknown>[];
  /** Which of its outputs the engine shows. */
  logging: 'none' | 'stderr';
  /** It is done when the Kubernetes API answers here, too. */
  untilReached: boolean;
}

/** Runs scripts on the host, as a user who may `sudo`. */
export type HostShell = (name: string, args: ScriptArgs, opts: pulumi.CustomResourceOptions) => HostCommand;

/** How the program logs in to the server. */
type Connection = command.types.input.remote.ConnectionArgs;

/** The login to the server: with the key that the program made, to the host key that it made, too. */
export function overSsh(
  publicIp: pulumi.Input<string>,
  keys: { login: tls.PrivateKey; host: tls.PrivateKey },
): HostShell {
  const connection: Connection = {
    host: publicIp,
    user: 'ubuntu',
    privateKey: keys.login.privateKeyOpenssh,
    hostKey: keys.host.publicKeyOpenssh.apply((key) => key.trim()),
    // A host that boots doesn't answer, then refuses, for up to a minute. With the provider's pauses (up to 5 s) this
    // gives up after one minute of refusals, and after four and a half of silence.
    dialErrorLimit: 20,
    perDialTimeout: 10,
  };
  return (name, { stdin, triggers, logging }, opts) =>
    new command.remote.Command(
      name,
      { connection, create: RUN_SCRIPT, stdin, triggers, logging, addPreviousOutputInEnv: false },
      opts,
    );
}

/** Systems Manager's Run Command, by the AWS CLI of this machine. */
export function overSystemsManager(
  instanceId: pulumi.Input<string>,
  { region, profile }: Pick<HostArgs, 'region' | 'profile'>,
): HostShell {
  return (name, { stdin, triggers, logging, untilReached }, opts) =>
    new command.local.Command(
      name,
      {
        // The program runs in its own folder, so this is the same text on every operator's machine.
        create: 'node ../infra/host/run-command.mjs',
        stdin,
        triggers,
        logging,
        environment: {
          AWS_REGION: region,
          ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
          HOST_INSTANCE: instanceId,
          ...(untilReached ? { HOST_TUNNEL: String(API_PORT), HOST_STACK: pulumi.getStack() } : {}),
        },
        addPreviousOutputInEnv: false,
      },
      opts,
    );
}
