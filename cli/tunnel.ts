import { namePrefix, serverName } from '../scenario/config/aws-names';
import { PROJECT_NAME } from '../scenario/config/config-file';
import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { command, type OptionsOf } from '../machine/options';
import { standardOutput } from '../machine/terminal';
import { forwardedBy, keepForwarding } from './target/port-forwarding';
import { notToBeRead, openWorkspace } from './target/stack-target';
import { TARGET_OPTIONS } from './target/target-options';

const TUNNEL = command({
  name: 'tunnel',
  about: 'Forwards the ports of an EC2 host to this machine by Systems Manager (hostAccess: ssm).',
  usage: '--stack NAME',
  options: { stack: TARGET_OPTIONS.stack },
  notes: `Kubernetes API, shop, console and PostgreSQL answer at the same ports of 127.0.0.1. It waits for the host, opens
again what AWS closes, and follows another host; so it can be started before pulumi up, and stay open until Ctrl-C. It
needs the AWS CLI and its Session Manager plugin.

Exit codes: 0 ended by Ctrl-C, 1 no such stack, or no AWS CLI or plugin, 2 bad options.`,
});

async function main({ stack }: OptionsOf<typeof TUNNEL>): Promise<number> {
  const output = standardOutput(() => undefined);
  const interruption = new Interruption(() => undefined).listen();
  const workspace = await openWorkspace({ output });
  const config = await workspace.getAllConfig(stack).catch((error: unknown) => {
    throw notToBeRead('config', stack, error);
  });
  await keepForwarding({
    ...forwardedBy(config),
    hostName: serverName(namePrefix(PROJECT_NAME, stack)),
    signal: interruption.signal,
    output,
  });
  return interruption.error === null ? EXIT.ok : EXIT.failed;
}

runCommand(TUNNEL, main);
