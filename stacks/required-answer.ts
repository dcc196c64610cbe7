import * as pulumi from '@pulumi/pulumi';
import { messageOf } from '../machine/errors';
import { proxyFor } from '../machine/proxy';
import { tcpFault } from '../machine/reach/tcp';
import type { PastHost } from './past-host';

/** How long a host that runs may take to answer (ms). */
const ANSWER_WITHIN_MS = 5_000;

/** What forwards a host's ports to this machine, with `hostAccess: ssm`. */
export function tunnelCommand(): string {
  return `npm run tunnel -- --stack ${pulumi.getStack()}`;
}

/**
 * Fails when nothing forwards the host's Kubernetes API to this machine.
 *
 * @throws pulumi.RunError with the command
 */
export async function requireTunnel(port: number): Promise<void> {
  if ((await tcpFault({ host: '127.0.0.1', port }, ANSWER_WITHIN_MS)) === null) return;
  throw new pulumi.RunError(
    `ecommerce-demo:hostAccess = "ssm": nothing forwards the host's ports to this machine. In another terminal: ${tunnelCommand()}. ` +
      'Nothing was touched.',
  );
}

/**
 * Fails when a host that runs, as AWS says, does not answer this machine: all that is on it would fail, one by one and
 * after minutes. A preview is only warned.
 *
 * @throws pulumi.RunError with what may be the matter, and the command for each
 */
export async function requireAnswer(
  { apiServer, instanceId, region }: Pick<PastHost, 'apiServer' | 'instanceId' | 'region'>,
  operatorCidrs: readonly string[] = [],
): Promise<void> {
  // Behind a proxy it is the proxy that answers.
  if (proxyFor(apiServer) !== null) return;
  const { hostname, port, host } = new URL(apiServer);
  const fault = await tcpFault({ host: hostname, port: Number(port) }, ANSWER_WITHIN_MS);
  if (fault === null) return;
  const ofInstance = `--region ${region} --instance-ids ${instanceId}`;
  const message =
    `The host ${instanceId} runs, as AWS says, and does not answer this machine at ${host} (${messageOf(fault)}). Either this network does not let port ${port} out, or ` +
    `the host sees another address of this machine than ecommerce-demo:operatorCidrs = ${JSON.stringify(operatorCidrs)} (npm run doctor -- --stack ${pulumi.getStack()}), ` +
    `or it hangs: aws ec2 reboot-instances ${ofInstance}, then pulumi up; where that does not help, aws ec2 terminate-instances ${ofInstance}, and pulumi up makes another one, ` +
    'with an empty database.';
  if (!pulumi.runtime.isDryRun()) throw new pulumi.RunError(`${message} Nothing was touched.`);
  void pulumi.log.warn(message);
}
