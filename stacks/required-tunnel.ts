import { connect } from 'node:net';
import * as pulumi from '@pulumi/pulumi';

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
  const isOpen = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (isOpen) return;
  throw new pulumi.RunError(
    `ecommerce-demo:hostAccess = "ssm": nothing forwards the host's ports to this machine. In another terminal: ${tunnelCommand()}. ` +
      'Nothing was touched.',
  );
}
