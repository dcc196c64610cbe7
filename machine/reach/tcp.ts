import { connect } from 'node:net';
import { messageOf } from '../errors';

/** Whether a port answers a connection within the time; why not, or null. */
export function tcpFault(host: string, port: number, withinMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.setTimeout(withinMs, () => finish(`no answer within ${String(withinMs / 1000)} s`));
    socket.once('connect', () => finish(null));
    socket.once('error', (error) => finish(messageOf(error)));
  });
}
